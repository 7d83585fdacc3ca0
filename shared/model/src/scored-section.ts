import type { Arithmetic, Block } from './architecture.js';
import type { Bundle } from './bundle.js';
import { FloatLayer } from './float-block.js';
import { FloatSection } from './float-section.js';
import { PackedExit } from './packed-exit.js';
import { PackedSection } from './packed-section.js';
import { quantise, UPPER_SCORE_LIMIT } from './quantise.js';
import { exitWeights, floatExitWeights, floatSectionWeights, sectionWeights } from './section-weights.js';
import { type Shape, volume } from './shapes.js';

/** The section of an upper tier together with its exit's scores. */
export interface ScoredSection {
  /** Quantised scores of the last run, one a class. */
  readonly scores: Int32Array;
  /** Output of the last run as bits: what travels, also from a float section. */
  readonly features: Uint8Array;
  /** @param divisor how many sources `joined` sums up, else 1 */
  run(joined: Int32Array, divisor: number): void;
}

/** Where the tensors of a section stand in its bundle, and what it takes. */
export interface SectionPlace {
  readonly bundle: Bundle;
  readonly name: string;
  readonly input: Shape;
  readonly section: readonly Block[];
  /** How many sources its input may be averaged over, else 1. */
  readonly divisors: number;
  /** What one unit of a quantised score is worth. */
  readonly step: number;
}

/** Reads a section of that arithmetic. Throws `DDNN_BUNDLE_CONTENT` where a tensor is missing or not finite. */
export function createScoredSection(arithmetic: Arithmetic | undefined, place: SectionPlace): ScoredSection {
  return arithmetic === 'float' ? new FloatScored(place) : new BinaryScored(place);
}

class BinaryScored implements ScoredSection {
  readonly #section: PackedSection;
  readonly #exit: PackedExit;

  constructor({ bundle, name, input, section, divisors, step }: SectionPlace) {
    this.#section = new PackedSection(input, section, sectionWeights(bundle, name, input, section, divisors));
    const { output } = this.#section;
    this.#exit = new PackedExit(volume(output), exitWeights(bundle, name, output), step, UPPER_SCORE_LIMIT);
  }

  get scores(): Int32Array {
    return this.#exit.scores;
  }

  get features(): Uint8Array {
    return this.#section.bits;
  }

  run(joined: Int32Array, divisor: number): void {
    const map = this.#section.run(joined, divisor);
    // Without blocks the exit stands right behind the aggregator and takes its divisor.
    this.#exit.run(map, map === joined ? divisor : 1);
  }
}

class FloatScored implements ScoredSection {
  readonly scores: Int32Array;
  readonly #section: FloatSection;
  readonly #exit: FloatLayer;
  readonly #step: number;

  constructor({ bundle, name, input, section, step }: SectionPlace) {
    this.#section = new FloatSection(input, section, floatSectionWeights(bundle, name, input, section));
    this.#exit = new FloatLayer(floatExitWeights(bundle, name, this.#section.output));
    this.scores = new Int32Array(this.#exit.out.length);
    this.#step = step;
  }

  get features(): Uint8Array {
    return this.#section.bits;
  }

  run(joined: Int32Array, divisor: number): void {
    const map = this.#section.run(joined, divisor);
    // As in binary: without blocks the divisor is the exit's.
    this.#exit.run(map, map === joined ? divisor : 1);
    for (let c = 0; c < this.scores.length; c++) {
      this.scores[c] = quantise(this.#exit.out[c], this.#step, UPPER_SCORE_LIMIT);
    }
  }
}
