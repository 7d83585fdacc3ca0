import { bitBytes } from '../numbers/bits.js';
import type { PackedWeights } from '../plain/packed-block.js';
import { type Bounds, placeBounds } from './kernel-bounds.js';
import type { Kernels } from './kernel-bytes.js';
import type { KernelMemory } from './kernel-memory.js';
import { wholeVectors } from './kernel-planes.js';

/** Input of a fully connected kernel: where its bits stand, which of them count (0: all), or else its integers. */
export type FcInput =
  | { readonly bits: number; readonly present: number; readonly count: number }
  | { readonly integers: number; readonly count: number };

/** Sums of inputs with rows of binary weights: an FC block up to its comparison, or an exit up to its norm. */
export class KernelSums {
  /** Address of the sums, 32 bits each. */
  readonly at: number;
  readonly #run: () => void;

  constructor(memory: KernelMemory, input: FcInput, rows: number, weights: Uint8Array) {
    this.at = memory.room(4 * rows);
    const { count } = input;
    const bytes = wholeVectors(bitBytes(count));
    const table = memory.place(alignedRows(weights, rows, count, bytes));
    const { dotBits, dotTernary, dotIntegers } = memory.kernels;
    const { at } = this;
    if ('integers' in input) this.#run = () => dotIntegers(input.integers, count, table, bytes, rows, at);
    else if (input.present) this.#run = () => dotTernary(input.bits, input.present, table, bytes, rows, at);
    else this.#run = () => dotBits(input.bits, table, bytes, rows, count, at);
  }

  run(): void {
    this.#run();
  }
}

/** An FC block: sums, then bits. */
export class KernelFc {
  /** Its output. */
  readonly output: FcInput & { bits: number };
  readonly #sums: KernelSums;
  readonly #bounds: Bounds;
  readonly #compare: Kernels['compareSums'];

  /** @param largest of the input's values, either sign */
  constructor(memory: KernelMemory, input: FcInput, units: number, weights: PackedWeights, largest: number) {
    this.#sums = new KernelSums(memory, input, units, weights.weights);
    this.#bounds = placeBounds(memory, weights, Math.min(input.count * largest, 2 ** 31 - 2));
    this.output = { bits: memory.room(wholeVectors(bitBytes(units))), present: 0, count: units };
    this.#compare = memory.kernels.compareSums;
  }

  run(divisor: number): void {
    this.#sums.run();
    const { count, bits } = this.output;
    const norm = 4 * (divisor - 1) * count;
    this.#compare(this.#sums.at, count, this.#bounds.bounds + norm, this.#bounds.flips + norm, bits);
  }
}

/** Rows of bits, one behind the other, as rows of whole vectors with zeros behind. */
function alignedRows(bits: Uint8Array, rows: number, count: number, bytes: number): Uint8Array {
  const out = new Uint8Array(rows * bytes);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < count; i++) {
      const from = row * count + i;
      if ((bits[from >> 3] >> (from & 7)) & 1) out[row * bytes + (i >> 3)] |= 1 << (i & 7);
    }
  }
  return out;
}
