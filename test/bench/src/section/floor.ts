import { blockShape } from '@ddnn/model';
import type { SectionCase } from './cases.js';
import type { VectorRates } from './vector-rates.js';

/** What a section costs by its method, in vectors of 16 bytes. */
export interface VectorCount {
  /** Additions, comparisons and what pools their bytes. */
  readonly operations: number;
  /** Bytes that they read and write, all in the cache. */
  readonly bytes: number;
}

const VECTOR = 16;

/**
 * Counts what the kernels can't do without (shared/model/assembly/convp.ts): the partial sums of each group of inputs,
 * for every filter one addition a group and tap, or row of taps where there is one channel, one comparison a sum, and
 * pooling by rows and columns. The first block has 16-bit lanes, those behind it bytes, widened before they are pooled.
 * Conversions, packing, addresses and calls are not counted: they are what a better program could save.
 */
export function countVectors({ input, blocks }: SectionCase): VectorCount {
  let operations = 0;
  let bytes = 0;
  let shape: { height: number; width: number; channels: number } = input;
  for (const [i, filters] of blocks.entries()) {
    const { height, width, channels } = shape;
    const valueBytes = i === 0 ? 2 : 1;
    const size = channels === 1 || channels === 3 ? 3 : 4;
    const groups = Math.ceil(channels / size);
    const taps = channels === 1 ? 3 : 9 * groups;
    const vectors = (height * width * valueBytes) / VECTOR;
    const sums = 2 ** size;
    // Half of the sums are the others' negatives, and still one operation each.
    operations += vectors * groups * sums;
    bytes += vectors * VECTOR * (channels + groups * sums);
    operations += vectors * filters * taps;
    bytes += vectors * VECTOR * filters * taps;
    // Sixteen-bit sums are compared and narrowed to bytes; two ors of bytes pool the rows of a pair, two its columns.
    const wide = (height * width * 2) / VECTOR;
    operations += filters * wide * (1 + 0.5 + 0.5 + 0.5);
    // A pair of rows: one line is read and written, the pooled one written and read three times.
    bytes += filters * height * width * 3;
    shape = blockShape(shape, { convp: { filters } });
  }
  return { operations, bytes };
}

/** The least microseconds for that: operations and bytes side by side, whichever takes longer. */
export function floorMicroseconds({ operations, bytes }: VectorCount, rates: VectorRates): number {
  return Math.max(operations / rates.adds, bytes / VECTOR / rates.loads) * 1e6;
}
