import { Reader, type Writer } from './cursor.js';
import { FrameError, invalid } from './errors.js';
import { checkHeader, HEADER_BYTES } from './frame.js';
import { MAX_SLOT } from './slot.js';

/*
 * Slots on the uplink are full: u48 for the first sample of a frame, then u16 distances to the sample before.
 */

const FIRST_BYTES = 6;
const NEXT_BYTES = 2;

/** Bytes that the slots of `samples` samples take. */
export function uplinkSlotBytes(samples: number): number {
  return FIRST_BYTES + (samples - 1) * NEXT_BYTES;
}

/** Writes a slot; `previous` undefined: the first of its frame. Slots must ascend. */
export function writeUplinkSlot(writer: Writer, slot: number, previous: number | undefined): void {
  if (previous === undefined) {
    writer.u48(slot, 'slot');
  } else {
    if (slot <= previous || slot > MAX_SLOT) {
      throw invalid(`slot ${slot} does not follow slot ${previous}`, writer.offset);
    }
    writer.u16(slot - previous, 'slot gap');
  }
}

/**
 * Reads all samples of a frame, at least one; `read` gets the sample before, if there is one. Throws {@link FrameError}
 * `DDNN_FRAME_OVERSIZED` for more than `maxSamples`.
 */
export function readSamples<Sample>(
  reader: Reader,
  maxSamples: number,
  read: (before: Sample | undefined) => Sample,
): Sample[] {
  const samples: Sample[] = [];
  do {
    if (samples.length === maxSamples) {
      throw new FrameError('DDNN_FRAME_OVERSIZED', `more than ${maxSamples} samples in one frame`, reader.offset);
    }
    samples.push(read(samples.at(-1)));
  } while (reader.left > 0);
  return samples;
}

/** Reads a slot; `previous` undefined: the first of its frame. */
export function readUplinkSlot(reader: Reader, previous: number | undefined): number {
  if (previous === undefined) return reader.u48('slot');
  const at = reader.offset;
  const gap = reader.u16('slot gap');
  if (gap === 0) throw invalid('the same slot twice in one frame', at);
  if (previous + gap > MAX_SLOT) throw invalid('a slot beyond 48 bits', at);
  return previous + gap;
}

/**
 * The slot of the first sample of a frame, whatever follows: these frames begin with it. Throws {@link FrameError}
 * `DDNN_FRAME_TRUNCATED`, `_VERSION` or `_KIND`.
 */
export function firstSlot(bytes: Uint8Array, kind: 'uplinkFeatures' | 'record'): number {
  checkHeader(bytes, kind);
  return new Reader(bytes, HEADER_BYTES).u48('slot');
}
