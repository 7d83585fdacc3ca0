import type { PackedWeights } from '../plain/packed-block.js';
import type { KernelMemory } from './kernel-memory.js';

/**
 * Addresses of folded norms as kernels compare: the bit is 1 where a sum is more than `bounds`, turned round where
 * `flips` is -1.
 */
export interface Bounds {
  readonly bounds: number;
  readonly flips: number;
}

/**
 * Places the norms of a block whose sums lie within [-largest, largest], largest below 2^31: bounds beyond are cut off
 * there.
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
