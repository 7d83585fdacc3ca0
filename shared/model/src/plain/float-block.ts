import type { Block } from '../architecture/architecture.js';
import { blockShape, type Shape, volume } from '../architecture/shapes.js';
import { normalise } from './fold.js';
import { pool } from './pool.js';

/** What a float block holds: real weights and its batch normalisation, scale and offset of each output channel. */
export interface FloatWeights {
  /** ConvP: filters x 3 x 3 x channels. FC: units x inputs. */
  readonly weights: Float32Array;
  readonly scale: Float32Array;
  readonly offset: Float32Array;
}

/** Integers from an aggregator, or the output of the float block below, after max(0, x). */
export type FloatInput = Int32Array | Float32Array;

/** One block in float32, without its activation; the section applies that. */
export interface FloatBlock {
  readonly output: Shape;
  /** The last output. */
  readonly out: Float32Array;
  run(input: FloatInput, divisor: number): void;
}

/*
 * Every JavaScript engine gives the same bits here. Each product and each sum is rounded to float32, in one fixed
 * order. The inputs of a tap (in FC: of the layer) are taken in groups of four. The products of a group are added up
 * one after the other, and then the group's sum is added to the output's sum, which starts at +0. So a sum is never -0,
 * and a 0 of either sign changes no sum: inputs that are 0 can be left out, and so can whole groups of them. Batch
 * normalisation rounds each step. The training graph adds in another order and agrees only up to rounding; evaluation,
 * edge, cloud and browser add in this order.
 */

/** Inputs whose products are added up before they go to an output's sum. */
export const GROUP = 4;

/** Number of values that a float block's weights take. */
export function floatWeightCount(input: Shape, block: Block): number {
  return blockShape(input, block).channels * ('fc' in block ? volume(input) : 9 * input.channels);
}

/** The block of that kind. */
export function createFloatBlock(input: Shape, block: Block, weights: FloatWeights): FloatBlock {
  return 'fc' in block ? new FloatLayer(weights) : new FloatConvP(input, block, weights);
}

/** Convolution 3x3, stride 1, zero padding → max pooling 3x3, stride 2, padding 1 → batch normalisation. */
class FloatConvP implements FloatBlock {
  readonly output: Shape;
  readonly out: Float32Array;
  readonly #input: Shape;
  readonly #norm: FloatWeights;
  /** Tap by tap, channel by channel, with the filters side by side: the order in which {@link run} adds. */
  readonly #taps: Float32Array;
  readonly #sums: Float32Array;
  readonly #group: Float32Array;
  readonly #convolved: Float32Array;

  constructor(input: Shape, block: Block, weights: FloatWeights) {
    this.#input = input;
    this.output = blockShape(input, block);
    this.out = new Float32Array(volume(this.output));
    this.#norm = weights;
    this.#taps = transposed(weights.weights, this.output.channels);
    this.#sums = new Float32Array(this.output.channels);
    this.#group = new Float32Array(this.output.channels);
    this.#convolved = new Float32Array(input.height * input.width * this.output.channels);
  }

  run(input: FloatInput, divisor: number): void {
    const { scale, offset } = this.#norm;
    this.#convolve(input);
    pool(this.#convolved, { ...this.#input, channels: this.output.channels }, (at, largest, f) => {
      this.out[at] = normalise(largest, divisor, scale[f], offset[f]);
    });
  }

  #convolve(input: FloatInput): void {
    const { height, width, channels } = this.#input;
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at += this.#sums.length) {
        this.#sums.fill(0);
        for (let ky = 0; ky < 3; ky++) {
          const iy = y + ky - 1;
          if (iy < 0 || iy >= height) continue;
          for (let kx = 0; kx < 3; kx++) {
            const ix = x + kx - 1;
            if (ix < 0 || ix >= width) continue;
            addProducts(
              input,
              (iy * width + ix) * channels,
              channels,
              this.#taps,
              (ky * 3 + kx) * channels,
              this.#sums,
              this.#group,
            );
          }
        }
        this.#convolved.set(this.#sums, at);
      }
    }
  }
}

/** Fully connected → batch normalisation: an FC block, or an exit's scores. */
export class FloatLayer implements FloatBlock {
  readonly output: Shape;
  /** The last output, one value a unit. */
  readonly out: Float32Array;
  readonly #norm: FloatWeights;
  readonly #columns: Float32Array;
  readonly #sums: Float32Array;
  readonly #group: Float32Array;

  constructor(weights: FloatWeights) {
    const units = weights.scale.length;
    this.output = { height: 1, width: 1, channels: units };
    this.out = new Float32Array(units);
    this.#norm = weights;
    this.#columns = transposed(weights.weights, units);
    this.#sums = new Float32Array(units);
    this.#group = new Float32Array(units);
  }

  run(input: FloatInput, divisor: number): void {
    const { scale, offset } = this.#norm;
    this.#sums.fill(0);
    addProducts(input, 0, input.length, this.#columns, 0, this.#sums, this.#group);
    for (let unit = 0; unit < this.out.length; unit++) {
      this.out[unit] = normalise(this.#sums[unit], divisor, scale[unit], offset[unit]);
    }
  }
}

/**
 * sums[k] += input[from + i] * columns[first + i][k], over `count` inputs, group after group. `group`: as long as
 * `sums`.
 */
function addProducts(
  input: FloatInput,
  from: number,
  count: number,
  columns: Float32Array,
  first: number,
  sums: Float32Array,
  group: Float32Array,
): void {
  const width = sums.length;
  for (let start = 0; start < count; start += GROUP) {
    group.fill(0);
    for (let i = start; i < Math.min(count, start + GROUP); i++) {
      const value = input[from + i];
      if (value === 0) continue;
      const column = (first + i) * width;
      for (let k = 0; k < width; k++) group[k] += Math.fround(value * columns[column + k]);
    }
    for (let k = 0; k < width; k++) sums[k] += group[k];
  }
}

/** Rows of equal length as columns. */
function transposed(values: Float32Array, rows: number): Float32Array {
  const length = values.length / rows;
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < length; i++) result[i * rows + row] = values[row * length + i];
  }
  return result;
}
