/** Neighbours of one uplink frame lie at most this far apart: their distance is a u16. */
const MAX_GAP = 0xffff;

/** Splits ascending samples where two neighbours lie too far apart for one uplink frame. */
export function slotRuns<T extends { readonly slot: number }>(samples: readonly T[]): T[][] {
  const runs: T[][] = [];
  let previous = Number.NEGATIVE_INFINITY;
  for (const sample of samples) {
    if (sample.slot - previous > MAX_GAP) runs.push([]);
    runs.at(-1)!.push(sample);
    previous = sample.slot;
  }
  return runs;
}
