/*
 * How much fits into one frame. Both ends must agree, so these belong to the protocol and are no settings; a setting
 * may only be smaller.
 */

/** Device frames: the largest distance between neighbours, for it has seven bits. Further ones need another frame. */
export const MAX_SLOT_GAP = 128;

/** Slots in one feature request: a device refuses a longer one. */
export const MAX_REQUEST_SLOTS = 256;

/** Uplink frames: the largest distance between neighbours, a u16. Further ones need another frame. */
export const MAX_UPLINK_GAP = 0xffff;

/** Samples in one uplink frame, up or down, that every receiver takes. */
export const MAX_UPLINK_SAMPLES = 1024;

/** Samples and bytes of an uplink features frame that an edge joins: far below what brokers and the cloud let pass. */
export const MAX_JOINED = { samples: 64, bytes: 65_536 } as const;

/** Views of a site: presence masks are 32-bit integers. */
export const MAX_VIEWS = 32;

/** Splits samples of ascending slots where a frame ends: two neighbours too far apart, or enough samples for one. */
export function slotRuns<Sample extends { readonly slot: number }>(
  samples: readonly Sample[],
  maxGap: number,
  maxSamples: number,
): Sample[][] {
  const runs: Sample[][] = [];
  let previous = Number.NEGATIVE_INFINITY;
  for (const sample of samples) {
    if (sample.slot - previous > maxGap || runs.at(-1)!.length === maxSamples) runs.push([]);
    runs.at(-1)!.push(sample);
    previous = sample.slot;
  }
  return runs;
}
