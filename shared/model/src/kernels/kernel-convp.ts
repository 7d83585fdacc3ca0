import { pooled } from '../architecture/shapes.js';
import { unpackSigns } from '../numbers/bits.js';
import type { PackedWeights } from '../plain/packed-block.js';
import { placeBounds } from './kernel-bounds.js';
import { blockFields } from './kernel-bytes.js';
import type { KernelMemory } from './kernel-memory.js';
import { type Planes, planesOf, tailMask, type ValueBytes, wholeVectors } from './kernel-planes.js';

/** The largest sum that 16 bits hold, with room for a bound below the smallest. */
const LARGEST_16 = 32_766;

/** Bytes that a value of a ConvP block's input takes, so that its sums fit. `largest`: of the input's values. */
export function convPValueBytes(channels: number, largest: number): ValueBytes {
  if (9 * channels * largest > LARGEST_16) return 4;
  return largest === 1 ? 1 : 2;
}

/** A ConvP block laid out for the kernel of `assembly/convp.ts`. */
export class KernelConvP {
  /** Its output: planes of bytes, -1 and +1. */
  readonly output: Planes;
  readonly #run: (block: number, divisor: number) => void;
  readonly #block: number;

  /** @param largest of the input's values, either sign */
  constructor(memory: KernelMemory, source: Planes, filters: number, weights: PackedWeights, largest: number) {
    const { height, width, channels } = source.shape;
    const { valueBytes } = source;
    this.output = planesOf(memory, { height: pooled(height), width: pooled(width), channels: filters }, 1);
    // With a single channel, three neighbours form a group, as the three channels of a pixel do: a third of the taps.
    const group = channels === 1 ? neighbours(valueBytes) : sideBySide(channels, source.stride);
    const stride = wholeVectors(width * valueBytes) + 16;
    const slot = group.groups * 2 ** group.size * stride;
    const taps = group.taps(unpackSigns(weights.weights, new Int8Array(filters * 9 * channels)), stride, valueBytes);
    const beforeRow = wholeVectors(width) + 16;
    const block: Record<(typeof blockFields)[number], number> = {
      ...placeBounds(memory, weights, Math.min(9 * channels * largest, 2 ** 31 - 2)),
      ...{ height, width, filters },
      ...{ source: source.at, sourceRow: channels * source.stride },
      ...{ ring: memory.room(5 * slot), slot, stride },
      ...{ groups: group.groups, groupSize: group.size, members: memory.place(group.members) },
      ...{ taps: memory.place(taps), tapsPerRow: taps.length / filters / 3 },
      ...{ before: memory.room(filters * beforeRow), beforeRow, line: memory.room(beforeRow + 32) },
      ...{ out: this.output.at, outStride: this.output.stride },
      tail: tailMask(memory, this.output.shape.width, 1),
    };
    this.#block = memory.place(Int32Array.from(blockFields, (field) => block[field]));
    const { convP8, convP16, convP32 } = memory.kernels;
    this.#run = { 1: convP8, 2: convP16, 4: convP32 }[valueBytes];
  }

  run(divisor: number): void {
    this.#run(this.#block, divisor);
  }
}

/** How the inputs of a row are grouped, see `assembly/partial-sums.ts`. */
interface Grouping {
  readonly groups: number;
  /** Inputs of a group: 3 or 4. */
  readonly size: number;
  /** [groups][size] offsets in a row of the source; -1: none. */
  readonly members: Int32Array;
  /** [filters][3][taps] offsets in a row of partial sums. */
  taps(signs: Int8Array, stride: number, valueBytes: number): Uint32Array | Int32Array;
}

function neighbours(valueBytes: number): Grouping {
  return {
    groups: 1,
    size: 3,
    members: Int32Array.of(-valueBytes, 0, valueBytes),
    taps(signs, stride) {
      const taps = new Int32Array(signs.length / 3);
      for (let i = 0; i < taps.length; i++) taps[i] = pattern(signs, 3 * i, 3) * stride;
      return taps;
    },
  };
}

function sideBySide(channels: number, sourceStride: number): Grouping {
  const size = channels === 3 ? 3 : 4;
  const groups = Math.ceil(channels / size);
  const members = new Int32Array(groups * size).map((_, c) => (c < channels ? c * sourceStride : -1));
  return {
    groups,
    size,
    members,
    taps(signs, stride, valueBytes) {
      const rows = signs.length / channels / 3;
      const taps = new Int32Array(rows * 3 * groups);
      let at = 0;
      for (let row = 0; row < rows; row++) {
        for (let kx = 0; kx < 3; kx++) {
          const from = (row * 3 + kx) * channels;
          for (let g = 0; g < groups; g++) {
            const sum = pattern(signs, from + g * size, Math.min(size, channels - g * size));
            taps[at++] = (g * 2 ** size + sum) * stride + (kx - 1) * valueBytes;
          }
        }
      }
      return taps;
    },
  };
}

/** The number whose bit i says that sign i is +1. */
function pattern(signs: Int8Array, from: number, count: number): number {
  let bits = 0;
  for (let i = 0; i < count; i++) if (signs[from + i] > 0) bits |= 1 << i;
  return bits;
}
