import { encodeJpeg } from './encode-jpeg.js';
import type { Image } from './image.js';

/** A Huffman table of a JPEG file: code and number of bits by symbol. */
type Codes = readonly (readonly [code: number, bits: number])[];

/** What is the same in all files of {@link encodeJpeg}. */
interface Constants {
  /** Bytes before the blocks, and the end marker. */
  readonly frameBytes: number;
  /** Factor of every coefficient, in the order of the block: luminance, chrominance. */
  readonly scales: readonly Float64Array[];
  readonly dc: readonly Codes[];
  readonly ac: readonly Codes[];
}

/** Place in the file's order of each coefficient of a block (ITU T.81, figure A.6). */
const ZIGZAG = zigzag();
/** Scale factors of the transform below: cos(kπ/16)·√2, but 1 for k = 0. */
const TRANSFORM = [1.0, 1.387039845, 1.306562965, 1.175875602, 1.0, 0.785694958, 0.5411961, 0.275899379];
// biome-ignore lint/suspicious/noApproximativeNumericConstant: to the library's digit, or some are rounded otherwise
const COS_4 = 0.707106781;
const END_BYTES = 2;

let constants: Constants | undefined;

/**
 * Length in bytes of the file that {@link encodeJpeg} would make, without making it: for each picture the library
 * builds its tables again, which takes 30 ms; here they are kept.
 */
export function jpegSize({ width, height, data }: Image): number {
  constants ??= readConstants();
  const { frameBytes, scales, dc, ac } = constants;
  const planes = [new Float64Array(64), new Float64Array(64), new Float64Array(64)];
  const last = [0, 0, 0];
  const ordered = new Int32Array(64);
  const out = new BitCount();
  for (let top = 0; top < height; top += 8) {
    for (let left = 0; left < width; left += 8) {
      for (let at = 0; at < 64; at++) {
        // Beyond the edge, the last pixel is repeated.
        const y = Math.min(height - 1, top + (at >> 3));
        const x = Math.min(width - 1, left + (at & 7));
        const pixel = (y * width + x) * 3;
        const r = data[pixel];
        const g = data[pixel + 1];
        const b = data[pixel + 2];
        planes[0][at] = ((19595 * r + 38470 * g + 7471 * b + 0x8000) >> 16) - 128;
        planes[1][at] = ((-11059 * r - 21709 * g + 32768 * b + 0x807fff) >> 16) - 128;
        planes[2][at] = ((32768 * r - 27439 * g - 5329 * b + 0x807fff) >> 16) - 128;
      }
      for (const [plane, block] of planes.entries()) {
        const kind = plane === 0 ? 0 : 1;
        for (let row = 0; row < 8; row++) transform(block, row * 8, 1);
        for (let column = 0; column < 8; column++) transform(block, column, 8);
        for (let at = 0; at < 64; at++) {
          const value = block[at] * scales[kind][at];
          ordered[ZIGZAG[at]] = value > 0 ? value + 0.5 : value - 0.5;
        }
        writeBlock(out, ordered, ordered[0] - last[plane], dc[kind], ac[kind]);
        last[plane] = ordered[0];
      }
    }
  }
  return frameBytes + out.finish();
}

/** The difference of the mean, then each coefficient that is not 0 with the number of zeros before it (T.81, F.1.2). */
function writeBlock(out: BitCount, ordered: Int32Array, difference: number, dc: Codes, ac: Codes): void {
  writeValue(out, dc, 0, difference);
  let zeros = 0;
  for (let at = 1; at < 64; at++) {
    if (ordered[at] === 0) {
      zeros++;
      continue;
    }
    for (; zeros > 15; zeros -= 16) out.write(...ac[0xf0]);
    writeValue(out, ac, zeros, ordered[at]);
    zeros = 0;
  }
  if (zeros > 0) out.write(...ac[0]);
}

function writeValue(out: BitCount, codes: Codes, zeros: number, value: number): void {
  const bits = 32 - Math.clz32(Math.abs(value));
  out.write(...codes[(zeros << 4) | bits]);
  out.write(value < 0 ? value + (1 << bits) - 1 : value, bits);
}

/**
 * One row or column of the discrete cosine transform, after Arai, Agui and Nakajima (1988); results are scaled by
 * TRANSFORM.
 */
function transform(d: Float64Array, at: number, step: number): void {
  const a0 = at;
  const a1 = a0 + step;
  const a2 = a1 + step;
  const a3 = a2 + step;
  const a4 = a3 + step;
  const a5 = a4 + step;
  const a6 = a5 + step;
  const a7 = a6 + step;
  const s0 = d[a0] + d[a7];
  const s1 = d[a1] + d[a6];
  const s2 = d[a2] + d[a5];
  const s3 = d[a3] + d[a4];
  const r0 = d[a0] - d[a7];
  const r1 = d[a1] - d[a6];
  const r2 = d[a2] - d[a5];
  const r3 = d[a3] - d[a4];
  const even = s0 - s3;
  const turned = (s1 - s2 + even) * COS_4;
  d[a0] = s0 + s3 + (s1 + s2);
  d[a4] = s0 + s3 - (s1 + s2);
  d[a2] = even + turned;
  d[a6] = even - turned;
  const low = r3 + r2;
  const high = r1 + r0;
  const shared = (low - high) * 0.382683433;
  const z2 = 0.5411961 * low + shared;
  const z4 = 1.306562965 * high + shared;
  const z3 = (r2 + r1) * COS_4;
  d[a5] = r0 - z3 + z2;
  d[a3] = r0 - z3 - z2;
  d[a1] = r0 + z3 + z4;
  d[a7] = r0 + z3 - z4;
}

/** Counts the bytes that bits fill: a full byte of ones is followed by a zero byte (T.81, B.1.1.5). */
class BitCount {
  #bytes = 0;
  #pending = 0;
  #bits = 0;

  write(value: number, bits: number): void {
    for (let bit = bits - 1; bit >= 0; bit--) {
      this.#pending = (this.#pending << 1) | ((value >> bit) & 1);
      if (++this.#bits < 8) continue;
      this.#bytes += this.#pending === 0xff ? 2 : 1;
      this.#pending = 0;
      this.#bits = 0;
    }
  }

  /** Fills the last byte with ones; returns all bytes. */
  finish(): number {
    const bits = 8 - this.#bits;
    this.write((1 << bits) - 1, bits);
    return this.#bytes;
  }
}

/** Reads the tables from a file that the library made. */
function readConstants(): Constants {
  const file = encodeJpeg({ width: 8, height: 8, data: new Uint8Array(192) });
  const scales: Float64Array[] = [];
  const tables: Codes[][] = [[], []];
  let at = 2;
  for (let marker = 0; marker !== 0xda; ) {
    marker = file[at + 1];
    const end = at + 2 + ((file[at + 2] << 8) | file[at + 3]);
    at += 4;
    while (marker === 0xdb && at < end) {
      const table = file.subarray(at + 1, at + 65);
      scales.push(
        Float64Array.from(ZIGZAG, (place, i) => 1 / (table[place] * TRANSFORM[i >> 3] * TRANSFORM[i & 7] * 8)),
      );
      at += 65;
    }
    while (marker === 0xc4 && at < end) {
      const counts = file.subarray(at + 1, at + 17);
      const symbols = counts.reduce((sum, count) => sum + count, 0);
      tables[file[at] >> 4].push(readCodes(counts, file.subarray(at + 17, at + 17 + symbols)));
      at += 17 + symbols;
    }
    at = end;
  }
  return { frameBytes: at + END_BYTES, scales, dc: tables[0], ac: tables[1] };
}

/** Codes of the same length follow each other (T.81, annex C). */
function readCodes(counts: Uint8Array, symbols: Uint8Array): Codes {
  const codes: [number, number][] = [];
  let code = 0;
  let next = 0;
  for (const [i, count] of counts.entries()) {
    for (let n = 0; n < count; n++) codes[symbols[next++]] = [code++, i + 1];
    code *= 2;
  }
  return codes;
}

function zigzag(): Uint8Array {
  const places = new Uint8Array(64);
  let place = 0;
  for (let sum = 0; sum < 15; sum++) {
    for (let i = Math.max(0, sum - 7); i <= Math.min(7, sum); i++) {
      const [row, column] = sum % 2 ? [i, sum - i] : [sum - i, i];
      places[row * 8 + column] = place++;
    }
  }
  return places;
}
