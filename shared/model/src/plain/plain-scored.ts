import { volume } from '../architecture/shapes.js';
import { FloatLayer } from './float-block.js';
import { FloatSection } from './float-section.js';
import { PackedExit } from './packed-exit.js';
import { PackedSection } from './packed-section.js';
import { quantiseScores, type ScoreScale } from './quantise.js';
import type { ScoredSection, SectionPlace } from './scored-section.js';
import { exitWeights, floatExitWeights, floatSectionWeights, sectionWeights } from './section-weights.js';

/**
 * A binary section and its exit in plain TypeScript: the kernels are compared with it, and it runs where there is no
 * SIMD.
 */
export class PlainBinary implements ScoredSection {
  readonly scores: Int32Array;
  readonly features: Uint8Array;
  readonly #section: PackedSection;
  readonly #exit: PackedExit | undefined;
  readonly #integers: Int32Array;

  constructor({ bundle, name, input, section, divisors, exit }: SectionPlace) {
    this.#section = new PackedSection(input, section, sectionWeights(bundle, name, input, section, divisors));
    this.features = this.#section.bits;
    this.#integers = new Int32Array(volume(input));
    const { output } = this.#section;
    if (exit) this.#exit = new PackedExit(volume(output), exitWeights(bundle, name, output), exit);
    this.scores = this.#exit?.scores ?? new Int32Array(0);
  }

  run(input: Uint8Array | Int32Array, divisor: number): void {
    this.#integers.set(input);
    const map = this.#section.run(this.#integers, divisor);
    // Without blocks the exit comes directly after the aggregator and applies its divisor.
    this.#exit?.run(map, map === this.#integers ? divisor : 1);
  }
}

/** A float section and its exit in plain TypeScript, likewise. */
export class PlainFloat implements ScoredSection {
  readonly scores: Int32Array;
  readonly features: Uint8Array;
  readonly #section: FloatSection;
  readonly #exit: FloatLayer;
  readonly #scale: ScoreScale;

  constructor({ bundle, name, input, section, exit }: SectionPlace) {
    this.#section = new FloatSection(input, section, floatSectionWeights(bundle, name, input, section));
    this.#exit = new FloatLayer(floatExitWeights(bundle, name, this.#section.output));
    this.features = this.#section.bits;
    this.scores = new Int32Array(this.#exit.out.length);
    this.#scale = exit!;
  }

  run(input: Int32Array, divisor: number): void {
    const map = this.#section.run(input, divisor);
    // As in binary: without blocks, the exit applies the divisor.
    this.#exit.run(map, map === input ? divisor : 1);
    quantiseScores(this.#exit.out, this.#scale, this.scores);
  }
}
