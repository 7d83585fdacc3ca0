import type { Block } from '../architecture/architecture.js';
import { eachBlock, type Shape, sectionShape, volume } from '../architecture/shapes.js';
import { bitBytes, packSigns } from '../numbers/bits.js';
import { createFloatBlock, type FloatBlock, type FloatInput, type FloatWeights } from './float-block.js';

/**
 * A chain of float blocks, each followed by max(0, x): one tier's section. The tier's own exit gets the last max(0, x);
 * the tier above gets the sign of the same x, one bit.
 */
export class FloatSection {
  readonly output: Shape;
  /** The last output as bits. */
  readonly bits: Uint8Array;
  readonly #blocks: readonly FloatBlock[];

  constructor(input: Shape, section: readonly Block[], weights: readonly FloatWeights[]) {
    this.#blocks = eachBlock(input, section, (block, shape, i) => createFloatBlock(shape, block, weights[i]));
    this.output = sectionShape(input, section);
    this.bits = new Uint8Array(bitBytes(volume(this.output)));
  }

  /**
   * Runs the section; returns its last map (0 and above), which is valid until the next run. An empty section returns
   * its input and does not touch `bits`. `divisor`: how many sources `input` is the sum of; the first block applies it.
   */
  run(input: Int32Array, divisor = 1): FloatInput {
    let map: FloatInput = input;
    let pending = divisor;
    for (const [i, block] of this.#blocks.entries()) {
      block.run(map, pending);
      if (i === this.#blocks.length - 1) packSigns(block.out, this.bits);
      rectify(block.out);
      map = block.out;
      pending = 1;
    }
    return map;
  }
}

/** max(0, x), in place. */
function rectify(values: Float32Array): void {
  for (let i = 0; i < values.length; i++) values[i] = Math.max(0, values[i]);
}
