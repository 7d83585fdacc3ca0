import { FeatureAggregator, type JoinPlace } from '../aggregate/feature-aggregator.js';
import type { Arithmetic } from '../architecture/architecture.js';
import { KernelBinary } from '../kernels/kernel-binary.js';
import { KernelFeatureAggregator } from '../kernels/kernel-feature-aggregator.js';
import { KernelFloat } from '../kernels/kernel-float.js';
import { KernelMemory } from '../kernels/kernel-memory.js';
import { bestKernels, type KernelChoice } from '../kernels/kernels.js';
import type { SectionPlace } from '../plain/scored-section.js';
import { createScoredSection } from './create-scored-section.js';

/** The section of an upper tier behind its aggregator. */
export interface JoinedSection {
  /** Quantised scores of the last run, one a class. */
  readonly scores: Int32Array;
  /** Output of the last run as bits. */
  readonly features: Uint8Array;
  /**
   * Joins the maps whose bit is set in `mask`, and runs on them. Throws where such a map is missing or of another size.
   */
  run(maps: readonly (Uint8Array | null | undefined)[], mask: number): void;
}

/**
 * {@link createScoredSection} after an aggregator; with kernels, the joined map is made in the memory from which its
 * section reads it.
 */
export function createJoinedSection(
  arithmetic: Arithmetic | undefined,
  place: SectionPlace,
  join: JoinPlace,
  kernels: KernelChoice = bestKernels(),
): JoinedSection {
  return kernels === 'simd' ? new KernelJoined(arithmetic, place, join) : new PlainJoined(arithmetic, place, join);
}

class PlainJoined implements JoinedSection {
  readonly scores: Int32Array;
  readonly features: Uint8Array;
  readonly #aggregator: FeatureAggregator;
  readonly #section: ReturnType<typeof createScoredSection>;

  constructor(arithmetic: Arithmetic | undefined, place: SectionPlace, join: JoinPlace) {
    this.#aggregator = new FeatureAggregator(join);
    this.#section = createScoredSection(arithmetic, place, 'plain');
    this.scores = this.#section.scores;
    this.features = this.#section.features;
  }

  run(maps: readonly (Uint8Array | null | undefined)[], mask: number): void {
    this.#aggregator.join(maps, mask);
    this.#section.run(this.#aggregator.out, this.#aggregator.divisor);
  }
}

class KernelJoined implements JoinedSection {
  readonly scores: Int32Array;
  readonly features: Uint8Array;
  readonly #join: KernelFeatureAggregator;
  readonly #section: KernelBinary | KernelFloat;

  constructor(arithmetic: Arithmetic | undefined, place: SectionPlace, join: JoinPlace) {
    const memory = new KernelMemory();
    this.#join = new KernelFeatureAggregator(memory, join);
    const { at } = this.#join;
    this.#section = arithmetic === 'float' ? new KernelFloat(place, memory, at) : new KernelBinary(place, memory, at);
    this.scores = this.#section.scores;
    this.features = this.#section.features;
  }

  run(maps: readonly (Uint8Array | null | undefined)[], mask: number): void {
    this.#join.join(maps, mask);
    this.#section.compute(this.#join.divisor);
  }
}
