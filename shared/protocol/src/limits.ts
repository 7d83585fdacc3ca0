/*
 * How much fits into one frame. Both ends must agree, so these numbers belong to the protocol and are not settings; a
 * setting may only be smaller.
 */

/**
 * Device frames: the largest distance between neighbours, because it has seven bits. A larger one needs a new frame.
 */
export const MAX_SLOT_GAP = 128;

/** Slots in one feature request: a device refuses a longer one. */
export const MAX_REQUEST_SLOTS = 256;

/** Uplink frames: the largest distance between neighbours, a u16. A larger one needs a new frame. */
export const MAX_UPLINK_GAP = 0xffff;

/** Samples in one uplink frame, up or down, that every receiver takes. */
export const MAX_UPLINK_SAMPLES = 1024;

/** Samples and bytes of an uplink features frame that an edge joins: far below what brokers and the cloud let pass. */
export const MAX_JOINED = { samples: 64, bytes: 65_536 } as const;

/** Views of a site: presence masks are 32-bit integers. */
export const MAX_VIEWS = 32;

/**
 * Splits samples with ascending slots into frames: a new one begins where two neighbours are too far apart, or the
 * frame has enough samples.
 */
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
