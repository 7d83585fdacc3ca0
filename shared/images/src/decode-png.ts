import { crc32 } from 'node:zlib';
import { exifOrientation } from './exif-orientation.js';
import { type Image, ImageError } from './image.js';
import { orient } from './orient.js';
import { PNG_KINDS, type PngPicture, readPngPixels } from './png-pixels.js';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Length, type and checksum of a chunk. */
const AROUND_CHUNK = 12;
/** Chunks in a file: each takes memory, and encoders cut pixels into far fewer. */
const MAX_CHUNKS = 100_000;

interface Chunk {
  readonly type: string;
  readonly at: number;
  readonly data: Uint8Array;
  /** Whether its checksum is right; a chunk that is cut off by the end of the file has none. */
  readonly checked: boolean;
  readonly cut: boolean;
}

/** Whether the bytes begin with the PNG signature (PNG 5.2). */
export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, index) => bytes[index] === byte);
}

/**
 * Decodes a PNG of any colour type and depth, interlaced or not; alpha is composited on black.
 *
 * Only what the pixels need is read: header, palette, transparency, pixels, orientation. All other chunks are ignored,
 * whatever they contain. A fault in a chunk that may be left out only loses that chunk.
 */
export function decodePng(bytes: Uint8Array, name: string, maxPixels: number): Image {
  const fail = (why: string, cause?: unknown) =>
    new ImageError('DDNN_IMAGE_BROKEN', `${name}: PNG ${why}`, cause === undefined ? {} : { cause });
  const cutOff = `is cut off at byte ${bytes.length}`;
  const chunks = readChunks(bytes);
  const [first] = chunks;
  if (first === undefined || (first.type === 'IHDR' && first.cut)) throw fail(cutOff);
  if (chunks.length > MAX_CHUNKS) {
    throw new ImageError('DDNN_IMAGE_SIZE', `${name}: PNG is too large: more than ${MAX_CHUNKS} chunks`);
  }
  for (const { type, at, checked, cut } of chunks) {
    if (!/^[A-Za-z]{4}$/.test(type)) throw fail(`is damaged: no chunk begins at byte ${at}`);
    const mayBeLeftOut = type === 'IEND' || /^[a-z]/.test(type);
    if (!mayBeLeftOut && !cut && !checked) throw fail(`is damaged: the checksum of ${type} at byte ${at} is wrong`);
    if (mayBeLeftOut || ['IHDR', 'PLTE', 'IDAT'].includes(type)) continue;
    throw new ImageError('DDNN_IMAGE_UNSUPPORTED', `${name}: PNG is not supported: it needs its chunk ${type}`);
  }
  if (first.type !== 'IHDR' || first.data.length !== 13) throw fail('is damaged: it does not begin with its header');
  const header = readHeader(first.data, name, maxPixels);

  const of = (wanted: string) => chunks.find(({ type, checked }) => type === wanted && checked)?.data;
  const pixels = chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data);
  const isCut = chunks.at(-1)!.type !== 'IEND';
  const palette = of('PLTE');
  if (header.kind.name === 'palette' && palette === undefined) throw fail(isCut ? cutOff : 'is damaged: no palette');
  try {
    const image = readPngPixels({
      ...header,
      palette: palette?.subarray(0, 3 * 2 ** header.depth),
      transparency: checkTransparency(of('tRNS'), header, palette),
      // The 4 bytes after it take the place of a checksum that the end of the file cut off.
      stream: Buffer.concat([...pixels, new Uint8Array(4)]),
    });
    return orient(image, exifOrientation(of('eXIf') ?? new Uint8Array(0)));
  } catch (cause) {
    throw fail(isCut ? cutOff : `is damaged: ${(cause as Error).message}`, cause);
  }
}

/** The chunks up to the end of the picture or of the file, or one more than there may be. */
function readChunks(bytes: Uint8Array): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE.length; at + 8 <= bytes.length && chunks.at(-1)?.type !== 'IEND'; ) {
    if (chunks.length > MAX_CHUNKS) break;
    const end = at + AROUND_CHUNK + view.getUint32(at);
    const cut = end > bytes.length;
    chunks.push({
      type: String.fromCharCode(...bytes.subarray(at + 4, at + 8)),
      at,
      data: bytes.subarray(at + 8, end - 4),
      checked: !cut && crc32(bytes.subarray(at + 4, end - 4)) === view.getUint32(end - 4),
      cut,
    });
    at = end;
  }
  return chunks;
}

type Header = Pick<PngPicture, 'width' | 'height' | 'depth' | 'kind' | 'interlaced'>;

/** Reads IHDR (PNG 11.2.1), and refuses a huge picture before anything is allocated for it. */
function readHeader(data: Uint8Array, name: string, maxPixels: number): Header {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const width = view.getUint32(0);
  const height = view.getUint32(4);
  const [depth, colour, compression, filters, interlace] = data.subarray(8) as unknown as number[];
  const refuse = (why: string) => new ImageError('DDNN_IMAGE_SIZE', `${name}: PNG of ${width} x ${height} ${why}`);
  if (width === 0 || height === 0) throw refuse('has no pixels');
  if (width * height > maxPixels) throw refuse(`is too large: more than ${maxPixels} pixels`);
  const kind = PNG_KINDS[colour as keyof typeof PNG_KINDS];
  if (!(kind?.depths as readonly number[] | undefined)?.includes(depth!) || compression || filters || interlace! > 1) {
    const what = `colour type ${colour} at ${depth} bits, methods ${compression}, ${filters} and ${interlace}`;
    throw new ImageError('DDNN_IMAGE_UNSUPPORTED', `${name}: PNG is not supported: ${what}`);
  }
  return { width, height, depth: depth!, kind, interlaced: interlace === 1 };
}

/** tRNS, if it has the length that it must have (PNG 11.3.2.1); otherwise it is ignored. */
function checkTransparency(
  data: Uint8Array | undefined,
  { kind }: Header,
  palette: Uint8Array | undefined,
): Uint8Array | undefined {
  if (data === undefined || kind.hasAlpha) return undefined;
  const fits = kind.name === 'palette' ? data.length <= palette!.length / 3 : data.length === 2 * kind.channels;
  return fits ? data : undefined;
}
