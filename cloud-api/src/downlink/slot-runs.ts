/** Neighbours of one uplink frame lie at most this far apart: their distance is a u16. */
const MAX_GAP = 0xffff;
/** An edge takes no more samples in one frame. */
const MAX_SAMPLES = 1024;

/**
 * Splits ascending samples where two neighbours lie too far apart for one uplink frame, or there are too many for one.
 */
export function slotRuns<T extends { readonly slot: number }>(samples: readonly T[]): T[][] {
  const runs: T[][] = [];
  let previous = Number.NEGATIVE_INFINITY;
  for (const sample of samples) {
    if (sample.slot - previous > MAX_GAP || runs.at(-1)!.length === MAX_SAMPLES) runs.push([]);
    runs.at(-1)!.push(sample);
    previous = sample.slot;
  }
  return runs;
}
