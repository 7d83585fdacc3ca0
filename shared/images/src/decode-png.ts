import { convertIndexedToRgb, type DecodedPng, decode } from 'fast-png';
import { type Image, ImageError } from './image.js';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Whether the bytes begin with the PNG signature (PNG 5.2). */
export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, index) => bytes[index] === byte);
}

/** Decodes a PNG of any colour type and depth; alpha is composited on black. Checksums are verified. */
export function decodePng(bytes: Uint8Array, name: string, maxPixels: number): Image {
  const { width, height } = checkChunks(bytes, name);
  if (width === 0 || height === 0) {
    throw new ImageError('DDNN_IMAGE_SIZE', `${name}: PNG of ${width} x ${height} has no pixels`);
  }
  if (width * height > maxPixels) {
    throw new ImageError(
      'DDNN_IMAGE_SIZE',
      `${name}: PNG of ${width} x ${height} is refused: more than ${maxPixels} pixels`,
    );
  }
  try {
    return toRgb(decode(bytes, { checkCrc: true }));
  } catch (cause) {
    throw new ImageError('DDNN_IMAGE_BROKEN', `${name}: PNG is damaged: ${(cause as Error).message}`, { cause });
  }
}

/** Walks the chunks, so that a cut file is told by its byte and a huge picture is refused before it is allocated. */
function checkChunks(bytes: Uint8Array, name: string): { width: number; height: number } {
  const broken = (why: string) => new ImageError('DDNN_IMAGE_BROKEN', `${name}: PNG ${why}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = SIGNATURE.length;
  let size: { width: number; height: number } | undefined;
  for (;;) {
    if (offset + 12 > bytes.length) throw broken(`is cut off at byte ${bytes.length}, where a chunk is expected`);
    const length = view.getUint32(offset);
    const type = String.fromCharCode(...bytes.subarray(offset + 4, offset + 8));
    if (offset + 12 + length > bytes.length) {
      throw broken(`is cut off at byte ${bytes.length}, inside the chunk ${JSON.stringify(type)} of byte ${offset}`);
    }
    if (size === undefined) {
      if (type !== 'IHDR' || length !== 13) throw broken(`has no IHDR chunk at byte ${offset}`);
      size = { width: view.getUint32(offset + 8), height: view.getUint32(offset + 12) };
    }
    if (type === 'IEND') return size;
    offset += 12 + length;
  }
}

function toRgb(png: DecodedPng): Image {
  const { width, height } = png;
  const pixels = width * height;
  const data = new Uint8Array(pixels * 3);
  if (png.palette) {
    const colours = convertIndexedToRgb(png);
    const channels = png.palette[0]!.length;
    for (let i = 0; i < pixels; i++) {
      const alpha = channels === 4 ? colours[i * 4 + 3]! : 255;
      for (let c = 0; c < 3; c++) data[i * 3 + c] = scale(colours[i * channels + c]! * alpha, 255 * 255);
    }
    return { width, height, data };
  }

  const samples = png.depth < 8 ? unpack(png) : png.data;
  const full = 2 ** png.depth - 1;
  const { channels, transparency } = png;
  const isGray = channels < 3;
  const colours = isGray ? 1 : 3;
  const hasAlpha = channels === 2 || channels === 4;
  for (let i = 0; i < pixels; i++) {
    const from = i * channels;
    let alpha = hasAlpha ? samples[from + colours]! : full;
    if (transparency && isTransparent(samples, from, transparency)) alpha = 0;
    for (let c = 0; c < 3; c++) data[i * 3 + c] = scale(samples[from + (isGray ? 0 : c)]! * alpha, full * full);
  }
  return { width, height, data };
}

/** value / full of 255, rounded half up, in integers. */
function scale(value: number, full: number): number {
  return Math.floor((2 * 255 * value + full) / (2 * full));
}

/** tRNS of gray and RGB pictures: the one colour that is fully transparent (PNG 11.3.2.1). */
function isTransparent(samples: ArrayLike<number>, from: number, colour: Uint16Array): boolean {
  for (let c = 0; c < colour.length; c++) if (samples[from + c] !== colour[c]) return false;
  return true;
}

/** Gray samples of 1, 2 or 4 bits, which the decoder leaves packed, each row on a byte boundary (PNG 7.2). */
function unpack({ width, height, depth, data }: DecodedPng): Uint8Array {
  const rowBytes = Math.ceil((width * depth) / 8);
  if (data.length !== rowBytes * height) throw new Error(`an interlaced picture of ${depth} bits is not supported`);
  const samples = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      const byte = data[y * rowBytes + (bit >> 3)]!;
      samples[y * width + x] = (byte >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
    }
  }
  return samples;
}
