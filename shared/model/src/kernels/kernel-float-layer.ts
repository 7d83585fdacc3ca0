import type { Block } from '../architecture/architecture.js';
import { blockShape, type Shape, volume } from '../architecture/shapes.js';
import type { FloatWeights } from '../plain/float-block.js';
import { GROUP } from '../plain/float-block.js';
import type { FloatMap } from './kernel-float.js';
import type { KernelMemory } from './kernel-memory.js';

/** Outputs that a kernel adds up at once: blocks of the first width as long as they fit, then blocks of the second. */
const WIDTHS = [32, 8] as const;
/** Ways in which the inputs of a whole group can be -1 and +1. */
const PATTERNS = 2 ** GROUP;
/** The longest form of a group: how many inputs there are, and each of them with its channel. */
const GROUP_BYTES = 8 + 8 * GROUP;
/** Above this many bytes, a table of sums costs more memory than the saved time is worth. */
const LARGEST_TABLE = 8 * 2 ** 20;

/**
 * A layer of float arithmetic laid out for the kernel of `assembly/float.ts`, up to its activation: a block, or an
 * exit.
 */
export class KernelFloatLayer {
  readonly output: FloatMap;
  readonly #run: (divisor: number) => void;

  constructor(memory: KernelMemory, { at, shape, values }: FloatMap, block: Block, weights: FloatWeights) {
    const rows = blockShape(shape, block);
    const outputs = rows.channels;
    this.output = { at: memory.room(4 * volume(rows) + 32), shape: rows, values: 'floats' };
    const radius = 'fc' in block ? 0 : 1;
    const { height, width, channels }: Shape = radius === 0 ? { height: 1, width: 1, channels: volume(shape) } : shape;
    const lanes = (outputs + 7) & ~7;
    const list = memory.room(height * width * Math.ceil(channels / GROUP) * GROUP_BYTES + GROUP_BYTES);
    const starts = memory.room(4 * height * width + 4);
    const sums = memory.room(4 * height * width * lanes);
    const columns = inBlocks(weights.weights, outputs);
    const taps = (2 * radius + 1) ** 2;
    const tableBytes = 4 * lanes * taps * Math.floor(channels / GROUP) * PATTERNS;
    const ternary = values === 'ternary' && tableBytes <= LARGEST_TABLE;
    const columnsAt = memory.place(columns);
    const table = ternary ? memory.place(groupSums(columns, taps, channels, lanes)) : 0;
    const [scale, offset] = [weights.scale, weights.offset].map((norm) => memory.place(widened(norm, lanes)));
    const { floatLayer, listTernary, listIntegers, listFloats } = memory.kernels;
    const enlist = ternary ? listTernary : values === 'floats' ? listFloats : listIntegers;
    const out = this.output.at;
    this.#run = (divisor) => {
      enlist(at, height * width, channels, starts, list);
      floatLayer(
        ...[starts, height, width, channels, outputs, radius],
        ...[columnsAt, table, sums, divisor, scale, offset, out],
      );
    };
  }

  run(divisor: number): void {
    this.#run(divisor);
  }
}

/** The widths of the blocks that so many outputs are added up in. */
function blockWidths(lanes: number): number[] {
  const [wide, narrow] = WIDTHS;
  const widths = new Array(Math.floor(lanes / wide)).fill(wide);
  return [...widths, ...new Array((lanes % wide) / narrow).fill(narrow)];
}

/**
 * Rearranges rows of equal length into blocks of columns, with zeros after the last row, so that memory is read in
 * order.
 */
function inBlocks(values: Float32Array, rows: number): Float32Array {
  const length = values.length / rows;
  const lanes = (rows + 7) & ~7;
  // A last group of less than four inputs is read like the others.
  const out = new Float32Array(length * lanes + GROUP * WIDTHS[0]);
  let first = 0;
  let at = 0;
  for (const width of blockWidths(lanes)) {
    for (let i = 0; i < length; i++, at += width) {
      for (let row = first; row < Math.min(rows, first + width); row++)
        out[at + row - first] = values[row * length + i];
    }
    first += width;
  }
  return out;
}

/** The sums of every whole group for its inputs -1 and +1, by their bits, in the blocks of {@link inBlocks}. */
function groupSums(columns: Float32Array, taps: number, channels: number, lanes: number): Float32Array {
  const groups = Math.floor(channels / GROUP);
  const out = new Float32Array(lanes * taps * groups * PATTERNS);
  let at = 0;
  let block = 0;
  for (const width of blockWidths(lanes)) {
    for (let tap = 0; tap < taps; tap++) {
      for (let group = 0; group < groups; group++) {
        const first = block + (tap * channels + group * GROUP) * width;
        for (let pattern = 0; pattern < PATTERNS; pattern++, at += width) {
          for (let i = 0; i < GROUP; i++) {
            const from = first + i * width;
            // The sum is rounded to float32 when it is stored.
            if ((pattern >> i) & 1) for (let lane = 0; lane < width; lane++) out[at + lane] += columns[from + lane];
            else for (let lane = 0; lane < width; lane++) out[at + lane] -= columns[from + lane];
          }
        }
      }
    }
    block += taps * channels * width;
  }
  return out;
}

function widened(values: Float32Array, length: number): Float32Array {
  const out = new Float32Array(length);
  out.set(values);
  return out;
}
