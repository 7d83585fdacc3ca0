/** SHA-256 of several pieces one behind the other, as hexadecimal text. */
export async function sha256(pieces: readonly Uint8Array[]): Promise<string> {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}

/** Bytes as hexadecimal text. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The 64 bits of a double as hexadecimal text: two doubles are the same only where this is. */
export function bitsOf(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return hex(new Uint8Array(view.buffer));
}

/** What `work` gives, or how it refuses: two engines must also agree on code and words of an error. */
export function outcome<T>(work: () => T): T | { readonly code: string; readonly message: string } {
  try {
    return work();
  } catch (error) {
    const { code = 'none', message } = error as Error & { code?: string };
    return { code, message };
  }
}
