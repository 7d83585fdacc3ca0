import type { FloatWeights } from './float-block.js';
import type { FloatMap } from './kernel-float.js';
import type { KernelMemory } from './kernel-memory.js';
import { pooled, volume } from './shapes.js';

/** Filters or units rounded up to the lanes of a vector of float32. */
const wholeLanes = (outputs: number) => (outputs + 3) & ~3;

/** A ConvP block of float arithmetic laid out for the kernel of `assembly/float.ts`, up to its activation. */
export class KernelFloatConvP {
  readonly output: FloatMap;
  readonly #run: (divisor: number) => void;

  constructor(memory: KernelMemory, { at, shape, integers }: FloatMap, filters: number, weights: FloatWeights) {
    const { height, width, channels } = shape;
    const lanes = wholeLanes(filters);
    const rows = { height: pooled(height), width: pooled(width), channels: filters };
    this.output = { at: memory.room(4 * volume(rows) + 32), shape: rows, integers: false };
    // Four pixels are computed at once, the last of them beyond the row.
    const padded = memory.room(8 * ((height + 2) * (width + 2) + 4) * channels);
    const taps = memory.place(Float64Array.from(columns(weights.weights, filters, lanes)));
    const convolved = memory.room(4 * height * wholeLanes(width) * lanes);
    const [scale, offset] = [weights.scale, weights.offset].map((norm) => memory.place(widened(norm, lanes)));
    const pad = integers ? memory.kernels.padIntegers : memory.kernels.padFloats;
    const { floatConvP } = memory.kernels;
    const out = this.output.at;
    this.#run = (divisor) => {
      pad(at, height, width, channels, padded);
      floatConvP(padded, height, width, channels, filters, taps, convolved, divisor, scale, offset, out);
    };
  }

  run(divisor: number): void {
    this.#run(divisor);
  }
}

/** An FC block of float arithmetic, or an exit, up to its activation. */
export class KernelFloatFc {
  readonly output: FloatMap;
  readonly #run: (divisor: number) => void;

  constructor(memory: KernelMemory, { at, shape, integers }: FloatMap, weights: FloatWeights) {
    const units = weights.scale.length;
    const count = volume(shape);
    const lanes = wholeLanes(units);
    this.output = { at: memory.room(4 * units + 32), shape: { height: 1, width: 1, channels: units }, integers: false };
    const values = memory.room(8 * (count + 1));
    const indices = memory.room(4 * (count + 1));
    const table = memory.place(inBlocks(columns(weights.weights, units, lanes), lanes));
    const [scale, offset] = [weights.scale, weights.offset].map((norm) => memory.place(widened(norm, lanes)));
    const list = integers ? memory.kernels.listIntegers : memory.kernels.listFloats;
    const { floatFc } = memory.kernels;
    const out = this.output.at;
    this.#run = (divisor) => {
      const some = list(at, count, values, indices);
      floatFc(values, indices, some, count, table, units, divisor, scale, offset, out);
    };
  }

  run(divisor: number): void {
    this.#run(divisor);
  }
}

/** Rows of equal length as columns of `lanes` values, zeros behind the last row. */
function columns(values: Float32Array, rows: number, lanes: number): Float32Array {
  const length = values.length / rows;
  const out = new Float32Array(length * lanes);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < length; i++) out[i * lanes + row] = values[row * length + i];
  }
  return out;
}

/** Rows of `lanes` values as blocks of 16 columns, then of 4, each block row by row: so memory is read from end to end. */
function inBlocks(rows: Float32Array, lanes: number): Float32Array {
  const out = new Float32Array(rows.length);
  for (let column = 0, at = 0; column < lanes; ) {
    const width = lanes - column >= 16 ? 16 : 4;
    for (let row = column; row < rows.length; row += lanes, at += width) out.set(rows.subarray(row, row + width), at);
    column += width;
  }
  return out;
}

function widened(values: Float32Array, length: number): Float32Array {
  const out = new Float32Array(length);
  out.set(values);
  return out;
}
