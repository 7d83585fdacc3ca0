/** What the markers of a JPEG say (ITU T.81, annex B). */
export interface JpegHeader {
  /** The first frame header; undefined where the file ends before it. */
  readonly frame?: {
    /** 0xc0 baseline, 0xc1 extended, 0xc2 progressive; others are named in table B.1 */
    readonly marker: number;
    readonly precision: number;
    readonly width: number;
    readonly height: number;
    readonly components: number;
  };
  /** The EXIF block from its byte order mark on. */
  readonly exif?: Uint8Array;
  /** Whether the end marker is there. */
  readonly ended: boolean;
  /**
   * Whether the scans that have begun give every bit of every coefficient. Then only pixels of the last scan can be
   * missing.
   */
  readonly whole: boolean;
}

const EXIF = 'Exif\0\0';
const COEFFICIENTS = 64;

/** Walks the markers up to the end of the first picture, and steps over the pixels. Never throws. */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let frame: JpegHeader['frame'];
  let exif: Uint8Array | undefined;
  /** For each component and coefficient, how many low bits no scan has given yet. */
  const left = new Map<number, Uint8Array>();
  const found = (ended: boolean): JpegHeader => ({
    ...(frame && { frame }),
    ...(exif && { exif }),
    ended,
    whole: left.size > 0 && [...left.values()].every((bits) => bits.every((low) => low === 0)),
  });
  for (let at = nextMarker(bytes, 2); at < bytes.length; at = nextMarker(bytes, at)) {
    const marker = bytes[at]!;
    if (marker === 0xd9) return found(true);
    at += 1;
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) continue;
    if (at + 2 > bytes.length) break;
    const end = at + view.getUint16(at);
    if (end > bytes.length) break;
    const data = bytes.subarray(at + 2, end);
    at = Math.max(at + 2, end);
    if (isFrame(marker) && data.length >= 6 + 3 * data[5]! && !frame) {
      const [precision, heightHigh, heightLow, widthHigh, widthLow, components] = data as unknown as number[];
      const height = (heightHigh! << 8) | heightLow!;
      frame = { marker, precision: precision!, height, width: (widthHigh! << 8) | widthLow!, components: components! };
      for (let i = 0; i < components!; i++) left.set(data[6 + 3 * i]!, new Uint8Array(COEFFICIENTS).fill(255));
    }
    if (marker === 0xe1 && String.fromCharCode(...data.subarray(0, 6)) === EXIF) exif ??= data.subarray(6);
    if (marker === 0xda) takeScan(data, left);
  }
  // If a marker points beyond the last marker of the file, that marker is the wrong one.
  return found(bytes.at(-2) === 0xff && bytes.at(-1) === 0xd9);
}

/** The byte behind the next 0xff that begins a marker; the file's length where there is none. */
function nextMarker(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at)) {
    // Any number of 0xff may come before a marker; 0xff before a 0 is a byte of the pixels.
    while (bytes[at] === 0xff) at += 1;
    if (at < bytes.length && bytes[at] !== 0) return at;
  }
  return bytes.length;
}

/** SOF0 to SOF15, without the markers of tables and of the extension in between. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

/** Notes which bits of which coefficients a scan gives (T.81, B.2.3 and G.1.1.1). */
function takeScan(data: Uint8Array, left: ReadonlyMap<number, Uint8Array>): void {
  const count = data[0] ?? 0;
  const [first, last, approximation] = data.subarray(1 + 2 * count) as unknown as (number | undefined)[];
  for (let i = 0; i < count; i++) {
    left.get(data[1 + 2 * i] ?? -1)?.fill((approximation ?? 255) & 15, first ?? 0, (last ?? 0) + 1);
  }
}
