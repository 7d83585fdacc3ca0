import type { Block } from '../architecture/architecture.js';
import { blockShape, type Shape, volume } from '../architecture/shapes.js';
import { bitBytes, unpackSigns } from '../numbers/bits.js';
import { pool } from './pool.js';

/**
 * What a packed block holds: its weights as bits, and one folded norm for each possible divisor of its input (only
 * averages have more than one).
 */
export interface PackedWeights {
  /** ConvP: filters x 3 x 3 x channels. FC: units x inputs. Bit 1 is +1. */
  readonly weights: Uint8Array;
  /** `divisors * outputs` thresholds; those for divisor d start at (d - 1) * outputs. */
  readonly thresholds: Int32Array;
  readonly directions: Int8Array;
}

/** One block on integer maps: the readable reference with which every faster kernel is compared. */
export interface PackedBlock {
  readonly output: Shape;
  /** The last output, -1 and +1. */
  readonly out: Int32Array;
  run(input: Int32Array, divisor: number): void;
}

/** Bytes of the weights of a block. */
export function weightBytes(input: Shape, block: Block): number {
  const { channels } = blockShape(input, block);
  return bitBytes(channels * ('fc' in block ? volume(input) : 9 * input.channels));
}

/** The block of that kind. */
export function createPackedBlock(input: Shape, block: Block, weights: PackedWeights): PackedBlock {
  return 'fc' in block ? new PackedFc(input, block, weights) : new PackedConvP(input, block, weights);
}

/**
 * ConvP (DDNN, section III-C): binary convolution 3x3, stride 1, zero padding → max pooling 3x3, stride 2, padding 1 →
 * folded batch normalisation and sign. A padding tap adds nothing (docs/adr/0002).
 */
class PackedConvP implements PackedBlock {
  readonly output: Shape;
  readonly out: Int32Array;
  readonly #input: Shape;
  readonly #weights: Int8Array;
  readonly #packed: PackedWeights;
  readonly #convolved: Int32Array;

  constructor(input: Shape, block: Block, packed: PackedWeights) {
    this.#input = input;
    this.output = blockShape(input, block);
    this.out = new Int32Array(volume(this.output));
    this.#weights = unpackSigns(packed.weights, new Int8Array(this.output.channels * 9 * input.channels));
    this.#packed = packed;
    this.#convolved = new Int32Array(input.height * input.width * this.output.channels);
  }

  run(input: Int32Array, divisor: number): void {
    const { thresholds, directions } = this.#packed;
    const { channels } = this.output;
    const norm = (divisor - 1) * channels;
    this.#convolve(input);
    pool(this.#convolved, { ...this.#input, channels }, (at, largest, f) => {
      this.out[at] = directions[norm + f] * largest >= thresholds[norm + f] ? 1 : -1;
    });
  }

  #convolve(input: Int32Array): void {
    const { height, width, channels } = this.#input;
    const filters = this.output.channels;
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let f = 0; f < filters; f++, at++) {
          let sum = 0;
          for (let ky = 0; ky < 3; ky++) {
            const iy = y + ky - 1;
            if (iy < 0 || iy >= height) continue;
            for (let kx = 0; kx < 3; kx++) {
              const ix = x + kx - 1;
              if (ix < 0 || ix >= width) continue;
              const from = (iy * width + ix) * channels;
              const tap = ((f * 3 + ky) * 3 + kx) * channels;
              for (let c = 0; c < channels; c++) sum += input[from + c] * this.#weights[tap + c];
            }
          }
          this.#convolved[at] = sum;
        }
      }
    }
  }
}

/** FC: binary fully connected → folded batch normalisation and sign. */
class PackedFc implements PackedBlock {
  readonly output: Shape;
  readonly out: Int32Array;
  readonly #weights: Int8Array;
  readonly #packed: PackedWeights;

  constructor(input: Shape, block: Block, packed: PackedWeights) {
    this.output = blockShape(input, block);
    this.out = new Int32Array(this.output.channels);
    this.#weights = unpackSigns(packed.weights, new Int8Array(volume(input) * this.output.channels));
    this.#packed = packed;
  }

  run(input: Int32Array, divisor: number): void {
    const { thresholds, directions } = this.#packed;
    const norm = (divisor - 1) * this.out.length;
    for (let unit = 0; unit < this.out.length; unit++) {
      const sum = dot(input, this.#weights, unit * input.length);
      this.out[unit] = directions[norm + unit] * sum >= thresholds[norm + unit] ? 1 : -1;
    }
  }
}

/** Sum of inputs times signs. */
export function dot(input: Int32Array, signs: Int8Array, offset: number): number {
  let sum = 0;
  for (let i = 0; i < input.length; i++) sum += input[i] * signs[offset + i];
  return sum;
}
