import type { Block } from './architecture.js';
import { bitBytes, packSigns } from './bits.js';
import { createPackedBlock, type PackedBlock, type PackedWeights } from './packed-block.js';
import { type Shape, volume } from './shapes.js';

/** A chain of packed blocks: one tier's section. */
export class PackedSection {
  readonly output: Shape;
  /** The last output as bits. */
  readonly bits: Uint8Array;
  readonly #blocks: readonly PackedBlock[];

  constructor(input: Shape, section: readonly Block[], weights: readonly PackedWeights[]) {
    let shape = input;
    this.#blocks = section.map((block, i) => {
      const packed = createPackedBlock(shape, block, weights[i]);
      shape = packed.output;
      return packed;
    });
    this.output = shape;
    this.bits = new Uint8Array(bitBytes(volume(shape)));
  }

  /** Runs the section; returns its last map (-1 and +1), which stands until the next run. An empty section returns its input. */
  run(input: Int32Array, divisor = 1): Int32Array {
    let map = input;
    for (const [i, block] of this.#blocks.entries()) {
      block.run(map, i === 0 ? divisor : 1);
      map = block.out;
    }
    if (this.#blocks.length > 0) packSigns(map, this.bits);
    return map;
  }
}
