/** Text from outside, made safe for a terminal: what is not a plain narrow character is shown as its code point. */
export function printable(text: string, maxLength = 200): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return cut.replace(/[^\x20-\x7e\xa1-\xac\xae-\u024f…]/gu, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`);
}

/** The text that a payload is; undefined where it is empty, not UTF-8, or holds control characters. */
export function textOf(payload: Uint8Array): string | undefined {
  if (payload.length === 0) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(payload);
    return /\p{Cc}/u.test(text.replace(/[\t\r\n]/g, '')) ? undefined : text;
  } catch {
    return undefined;
  }
}

/** The first bytes in hex, with a space between two: `11 07 39 b0`. */
export function firstBytes(payload: Uint8Array, count = 16): string {
  return Array.from(payload.subarray(0, count), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

/** The same for a person: says where there are more, or none at all. */
export function firstBytesInWords(payload: Uint8Array, count = 16): string {
  if (payload.length === 0) return 'no bytes';
  return firstBytes(payload, count) + (payload.length > count ? ' …' : '');
}

/** Text of at most `width` characters. */
export function fit(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}${width > 0 ? '…' : ''}`;
}

/** Local time of day to the millisecond: what somebody at a terminal compares. */
export function timeOfDay(time: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':');
  return `${clock}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}
