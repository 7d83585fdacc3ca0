import { unzlibSync } from 'fflate';
import type { Image } from './image.js';

/** What the chunks of a PNG say about its pixels. */
export interface PngPicture {
  readonly width: number;
  readonly height: number;
  /** Bits a sample: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  readonly kind: PngKind;
  readonly interlaced: boolean;
  /** PLTE: RGB of each index. */
  readonly palette: Uint8Array | undefined;
  /** tRNS: alpha of the first indices of a palette, or the one transparent colour as 16-bit samples. */
  readonly transparency: Uint8Array | undefined;
  /** The IDAT chunks as one zlib stream, followed by 4 more bytes. */
  readonly stream: Uint8Array;
}

/** Samples per pixel for each colour type (PNG 11.2.1). */
export const PNG_KINDS = {
  0: { name: 'gray', channels: 1, depths: [1, 2, 4, 8, 16], hasAlpha: false },
  2: { name: 'rgb', channels: 3, depths: [8, 16], hasAlpha: false },
  3: { name: 'palette', channels: 1, depths: [1, 2, 4, 8], hasAlpha: false },
  4: { name: 'gray', channels: 2, depths: [8, 16], hasAlpha: true },
  6: { name: 'rgb', channels: 4, depths: [8, 16], hasAlpha: true },
} as const;
export type PngKind = (typeof PNG_KINDS)[keyof typeof PNG_KINDS];

/** First column and row of each pass, and the steps to the next ones (PNG 8.2). */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;
/** Bytes of a zlib stream before and after its data. */
const AROUND_STREAM = 2 + 4;
const WHOLE = [[0, 0, 1, 1]] as const;

/**
 * The pixels of a PNG as 8-bit RGB: alpha is composited on black, 16-bit samples are rounded.
 *
 * Allocates only the stored samples and as many bytes again as the picture has, whatever the stream contains.
 *
 * @throws Error when the stream is no zlib stream, ends early, or names a filter that there is not
 */
export function readPngPixels(png: PngPicture): Image {
  const { width, height, depth, kind } = png;
  const bits = depth * kind.channels;
  const passes = (png.interlaced ? ADAM7 : WHOLE).map(([left, top, stepX, stepY]) => {
    const columns = Math.ceil((width - left) / stepX);
    return { left, top, stepX, stepY, columns, rowBytes: columns > 0 ? Math.ceil((columns * bits) / 8) + 1 : 0 };
  });
  const rowsOf = ({ top, stepY }: (typeof passes)[0]) => Math.ceil((height - top) / stepY);
  const size = passes.reduce((sum, pass) => sum + pass.rowBytes * Math.max(0, rowsOf(pass)), 0);
  // For an empty stream the library would return zeros.
  if (png.stream.length <= AROUND_STREAM) throw new Error('it has no pixels');
  // What does not fit into `out` is dropped, so a stream that unpacks to gigabytes takes no memory.
  const raw = unzlibSync(png.stream, { out: new Uint8Array(size) });
  if (raw.length < size) throw new Error(`its pixels end early, after ${raw.length} of ${size} bytes`);

  const data = new Uint8Array(width * height * 3);
  const samples = new Uint16Array(width * kind.channels);
  const paint = kind.name === 'palette' ? paletteColours(png) : sampleColours(png);
  let at = 0;
  for (const pass of passes) {
    if (pass.rowBytes === 0) continue;
    for (let y = pass.top; y < height; y += pass.stepY) {
      unfilter(raw, at, pass.rowBytes, Math.max(1, bits >> 3), y === pass.top);
      unpack(raw, at + 1, depth, samples, pass.columns * kind.channels);
      for (let i = 0; i < pass.columns; i++) {
        paint(samples, i * kind.channels, data, (y * width + pass.left + i * pass.stepX) * 3);
      }
      at += pass.rowBytes;
    }
  }
  return { width, height, data };
}

/** Undoes the filter of a row in place: each byte was stored minus a prediction from its neighbours (PNG 9.2). */
function unfilter(raw: Uint8Array, at: number, rowBytes: number, step: number, first: boolean): void {
  const filter = raw[at]!;
  if (filter > 4) throw new Error(`a row has the filter ${filter}, which does not exist`);
  if (filter === 0) return;
  for (let i = 1; i < rowBytes; i++) {
    const left = i > step ? raw[at + i - step]! : 0;
    const above = first ? 0 : raw[at + i - rowBytes]!;
    const corner = first || i <= step ? 0 : raw[at + i - rowBytes - step]!;
    raw[at + i]! += foretell(filter, left, above, corner);
  }
}

function foretell(filter: number, left: number, above: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return above;
  if (filter === 3) return (left + above) >> 1;
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

/** Samples of a row, the first ones in the highest bits (PNG 7.2). */
function unpack(raw: Uint8Array, at: number, depth: number, samples: Uint16Array, count: number): void {
  for (let i = 0; i < count; i++) {
    if (depth === 8) samples[i] = raw[at + i]!;
    else if (depth === 16) samples[i] = (raw[at + 2 * i]! << 8) | raw[at + 2 * i + 1]!;
    else samples[i] = (raw[at + ((i * depth) >> 3)]! >> (8 - depth - ((i * depth) & 7))) & ((1 << depth) - 1);
  }
}

type Paint = (samples: Uint16Array, from: number, data: Uint8Array, to: number) => void;

/** Colours by index; an index beyond the palette is black, as in libpng. */
function paletteColours({ palette = new Uint8Array(0), transparency = new Uint8Array(0) }: PngPicture): Paint {
  const table = new Uint8Array(256 * 3);
  for (let i = 0; i < palette.length; i++) {
    const alpha = transparency[Math.floor(i / 3)] ?? 255;
    table[i] = scale(palette[i]! * alpha, 255 * 255);
  }
  return (samples, from, data, to) => {
    const colour = samples[from]! * 3;
    for (let c = 0; c < 3; c++) data[to + c] = table[colour + c]!;
  };
}

function sampleColours({ depth, kind, transparency }: PngPicture): Paint {
  const full = 2 ** depth - 1;
  const isGray = kind.name === 'gray';
  const colours = isGray ? 1 : 3;
  const clear = transparency && Array.from({ length: colours }, (_, c) => sample16(transparency, c) & full);
  return (samples, from, data, to) => {
    let alpha = kind.hasAlpha ? samples[from + colours]! : full;
    if (clear?.every((value, c) => samples[from + c] === value)) alpha = 0;
    for (let c = 0; c < 3; c++) data[to + c] = scale(samples[from + (isGray ? 0 : c)]! * alpha, full * full);
  };
}

function sample16(bytes: Uint8Array, index: number): number {
  return (bytes[2 * index]! << 8) | bytes[2 * index + 1]!;
}

/** value / full of 255, rounded half up, in integers. */
function scale(value: number, full: number): number {
  return Math.floor((2 * 255 * value + full) / (2 * full));
}
