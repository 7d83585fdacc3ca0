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
  if (kernels === 'plain') {
    const aggregator = new FeatureAggregator(join);
    const section = createScoredSection(arithmetic, place, 'plain');
    const run: JoinedSection['run'] = (maps, mask) => {
      aggregator.join(maps, mask);
      section.run(aggregator.out, aggregator.divisor);
    };
    return { scores: section.scores, features: section.features, run };
  }
  const memory = new KernelMemory();
  const aggregator = new KernelFeatureAggregator(memory, join);
  const section = new (arithmetic === 'float' ? KernelFloat : KernelBinary)(place, memory, aggregator.at);
  const run: JoinedSection['run'] = (maps, mask) => {
    aggregator.join(maps, mask);
    section.compute(aggregator.divisor);
  };
  return { scores: section.scores, features: section.features, run };
}
