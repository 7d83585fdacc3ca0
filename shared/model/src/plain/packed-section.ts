import type { Block } from '../architecture/architecture.js';
import { eachBlock, type Shape, sectionShape, volume } from '../architecture/shapes.js';
import { bitBytes, packSigns } from '../numbers/bits.js';
import { createPackedBlock, type PackedBlock, type PackedWeights } from './packed-block.js';

/** A chain of packed blocks: one tier's section. */
export class PackedSection {
  readonly output: Shape;
  /** The last output as bits. */
  readonly bits: Uint8Array;
  readonly #blocks: readonly PackedBlock[];

  constructor(input: Shape, section: readonly Block[], weights: readonly PackedWeights[]) {
    this.#blocks = eachBlock(input, section, (block, shape, i) => createPackedBlock(shape, block, weights[i]));
    this.output = sectionShape(input, section);
    this.bits = new Uint8Array(bitBytes(volume(this.output)));
  }

  /**
   * Runs the section; returns its last map (-1 and +1), which is valid until the next run. An empty section returns its
   * input and does not touch `bits`. `divisor`: how many sources `input` is the sum of; the first block applies it.
   */
  run(input: Int32Array, divisor = 1): Int32Array {
    let map = input;
    let pending = divisor;
    for (const block of this.#blocks) {
      block.run(map, pending);
      map = block.out;
      pending = 1;
    }
    if (this.#blocks.length > 0) packSigns(map, this.bits);
    return map;
  }
}
