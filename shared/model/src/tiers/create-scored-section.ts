import type { Arithmetic } from '../architecture/architecture.js';
import { KernelBinary } from '../kernels/kernel-binary.js';
import { KernelFloat } from '../kernels/kernel-float.js';
import { bestKernels, type KernelChoice } from '../kernels/kernels.js';
import { PlainBinary, PlainFloat } from '../plain/plain-scored.js';
import type { ScoredSection, SectionPlace } from '../plain/scored-section.js';

/**
 * Reads a section of that arithmetic, for the fastest kernels of this engine unless told otherwise: all give the same
 * bits. Throws `DDNN_BUNDLE_CONTENT` where a tensor is missing or not finite.
 */
export function createScoredSection(
  arithmetic: Arithmetic | undefined,
  place: SectionPlace,
  kernels: KernelChoice = bestKernels(),
): ScoredSection {
  if (arithmetic === 'float') return kernels === 'simd' ? new KernelFloat(place) : new PlainFloat(place);
  return kernels === 'simd' ? new KernelBinary(place) : new PlainBinary(place);
}
