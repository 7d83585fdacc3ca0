import { type Shape, sectionShape, volume } from '../architecture/shapes.js';
import { bitBytes } from '../numbers/bits.js';
import type { FloatWeights } from '../plain/float-block.js';
import { quantiseScores, type ScoreScale } from '../plain/quantise.js';
import type { ScoredSection, SectionPlace } from '../plain/scored-section.js';
import { floatExitWeights, floatSectionWeights } from '../plain/section-weights.js';
import { KernelFloatLayer } from './kernel-float-layer.js';
import { KernelMemory } from './kernel-memory.js';

/**
 * A map in a kernel's memory, HWC: an aggregator's integers, which may all be -1, 0 or +1, or float32 from the block
 * below.
 */
export interface FloatMap {
  readonly at: number;
  readonly shape: Shape;
  readonly values: 'ternary' | 'integers' | 'floats';
}

/** A float section and its exit on WebAssembly SIMD: {@link PlainFloat} bit for bit. */
export class KernelFloat implements ScoredSection {
  readonly scores: Int32Array;
  readonly features: Uint8Array;
  readonly #steps: ((divisor: number) => void)[] = [];
  readonly #input: Int32Array;
  readonly #out: Float32Array;
  readonly #scale: ScoreScale;

  /** As {@link KernelBinary}. */
  constructor(place: SectionPlace, memory = new KernelMemory(), at = memory.room(4 * volume(place.input) + 64)) {
    const { bundle, name, input, section, exit, largest } = place;
    const weights: FloatWeights[] = floatSectionWeights(bundle, name, input, section);
    const output = sectionShape(input, section);
    const bits = memory.room(bitBytes(volume(output)));
    let map: FloatMap = { at, shape: input, values: largest === 1 ? 'ternary' : 'integers' };
    for (const [i, block] of section.entries()) {
      const kernel = new KernelFloatLayer(memory, map, block, weights[i]);
      map = kernel.output;
      const { activate } = memory.kernels;
      const [values, count] = [map.at, volume(map.shape)];
      const signs = i === section.length - 1 ? bits : memory.room(bitBytes(count));
      this.#steps.push((divisor) => {
        kernel.run(i === 0 ? divisor : 1);
        activate(values, count, signs);
      });
    }
    const exitWeights = floatExitWeights(bundle, name, output);
    const last = new KernelFloatLayer(memory, map, { fc: { units: exitWeights.scale.length } }, exitWeights);
    this.#steps.push((divisor) => last.run(section.length === 0 ? divisor : 1));
    this.scores = new Int32Array(last.output.shape.channels);
    this.#scale = exit!;
    // Views are taken last: a memory that grows leaves the earlier ones behind.
    this.#input = memory.integers(at, volume(input));
    this.#out = memory.floats(last.output.at, this.scores.length);
    this.features = memory.bytes(bits, bitBytes(volume(output)));
  }

  run(input: Uint8Array | Int32Array, divisor: number): void {
    this.#input.set(input);
    this.compute(divisor);
  }

  /** {@link run} on what already stands in its memory. */
  compute(divisor: number): void {
    for (const step of this.#steps) step(divisor);
    quantiseScores(this.#out, this.#scale, this.scores);
  }
}
