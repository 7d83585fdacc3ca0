import type { PackedWeights } from '../plain/packed-block.js';
import type { KernelMemory } from './kernel-memory.js';

/**
 * Addresses of folded norms, in the form in which kernels compare: the bit is 1 if a sum is above `bounds`, inverted
 * where `flips` is -1.
 */
export interface Bounds {
  readonly bounds: number;
  readonly flips: number;
}

/**
 * Writes the norms of a block to memory. Its sums are within [-largest, largest], with largest below 2^31; bounds
 * outside of that are cut off.
 */
export function placeBounds(memory: KernelMemory, { thresholds, directions }: PackedWeights, largest: number): Bounds {
  const bounds = new Int32Array(thresholds.length);
  const flips = new Int32Array(thresholds.length);
  const always = -largest - 1;
  for (const [i, threshold] of thresholds.entries()) {
    const direction = directions[i];
    let bound = threshold <= 0 ? always : largest;
    if (direction > 0) bound = Math.ceil(threshold / direction) - 1;
    // d x >= t with a negative d is x <= t / d: not more than its floor.
    else if (direction < 0) bound = Math.floor(threshold / direction);
    bounds[i] = Math.max(always, Math.min(largest, bound));
    flips[i] = direction < 0 ? -1 : 0;
  }
  return { bounds: memory.place(bounds), flips: memory.place(flips) };
}
