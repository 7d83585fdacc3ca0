import { FrameError } from './errors.js';
import { checkHeader, type FrameKindName, HEADER_BYTES, writeHeader } from './frame.js';
import { MAX_SLOT, truncateSlot } from './slot.js';

/*
 * The sample list that summary, feature request and features frames share:
 *
 *   first sample   u16   bit 15: a body follows · bits 0-14: slot modulo 32,768
 *   each further   u8    bit 7: a body follows · bits 0-6: slots since the sample before it, less one
 *
 * Bodies of one kind have one size, known from the bundle, so the list needs no count and no lengths: a single absent
 * view is four bytes in all, and every further sample of a batch costs one byte.
 */

/** The largest distance between two neighbours in one frame; beyond it the sender starts another frame. */
export const MAX_SLOT_GAP = 128;

/** One sample of a device frame. `body` null: the header says all there is to say. */
export interface DeviceSample {
  readonly slot: number;
  readonly body: Uint8Array | null;
}

/** How many leading samples fit one frame: ascending slots whose gaps fit, at most `maxSamples`. */
export function samplesThatFit(samples: readonly DeviceSample[], maxSamples: number): number {
  let n = 1;
  while (n < samples.length && n < maxSamples) {
    const gap = samples[n].slot - samples[n - 1].slot;
    if (gap < 1 || gap > MAX_SLOT_GAP) break;
    n++;
  }
  return Math.min(n, samples.length);
}

/** Encodes a sample list. `bodyBytes` is the size of every body; slots must ascend by at most {@link MAX_SLOT_GAP}. */
export function encodeDeviceSamples(
  kind: FrameKindName,
  epoch: number,
  samples: readonly DeviceSample[],
  bodyBytes: number,
): Uint8Array {
  if (samples.length === 0)
    throw new FrameError('DDNN_FRAME_VALUE', 'a frame carries at least one sample', HEADER_BYTES);
  let size = HEADER_BYTES + 1 + samples.length;
  for (const { body } of samples) if (body) size += bodyBytes;
  const bytes = new Uint8Array(size);
  writeHeader(bytes, kind, epoch);
  let at = HEADER_BYTES;
  for (let i = 0; i < samples.length; i++) {
    const { slot, body } = samples[i];
    if (!Number.isInteger(slot) || slot < 0 || slot > MAX_SLOT) {
      throw new FrameError('DDNN_FRAME_VALUE', `slot ${slot} is not an integer from 0 to ${MAX_SLOT}`, at);
    }
    if (i === 0) {
      const short = truncateSlot(slot);
      bytes[at++] = short & 255;
      bytes[at++] = (short >> 8) | (body ? 128 : 0);
    } else {
      const gap = slot - samples[i - 1].slot;
      if (gap < 1 || gap > MAX_SLOT_GAP) {
        throw new FrameError('DDNN_FRAME_VALUE', `slot gap ${gap} is not from 1 to ${MAX_SLOT_GAP}`, at);
      }
      bytes[at++] = (gap - 1) | (body ? 128 : 0);
    }
    if (!body) continue;
    if (body.length !== bodyBytes) {
      throw new FrameError('DDNN_FRAME_VALUE', `a body of ${body.length} bytes where ${bodyBytes} belong`, at);
    }
    bytes.set(body, at);
    at += bodyBytes;
  }
  return bytes;
}

/** Called per sample: its slot modulo 32,768, whether a body follows, and where that body starts in the frame. */
export type DeviceSampleVisitor = (shortSlot: number, hasBody: boolean, bodyOffset: number) => void;

/**
 * Checks a whole sample list, then visits each sample: a frame that is damaged anywhere changes nothing. Allocates
 * nothing. Throws {@link FrameError} `DDNN_FRAME_TRUNCATED`, `_OVERSIZED`, `_VERSION`, `_KIND` or `_EPOCH`.
 */
export function decodeDeviceSamples(
  bytes: Uint8Array,
  kind: FrameKindName,
  epoch: number | undefined,
  bodyBytes: number,
  maxSamples: number,
  visit: DeviceSampleVisitor,
): void {
  checkHeader(bytes, kind, epoch);
  checkExtent(bytes, kind, bodyBytes, maxSamples);
  let at = HEADER_BYTES;
  let slot = bytes[at] | ((bytes[at + 1] & 127) << 8);
  let hasBody = bytes[at + 1] >> 7 === 1;
  at += 2;
  for (;;) {
    visit(slot, hasBody, at);
    if (hasBody) at += bodyBytes;
    if (at >= bytes.length) return;
    slot = truncateSlot(slot + (bytes[at] & 127) + 1);
    hasBody = bytes[at] >> 7 === 1;
    at++;
  }
}

function checkExtent(bytes: Uint8Array, kind: string, bodyBytes: number, maxSamples: number): void {
  if (bytes.length < HEADER_BYTES + 2) {
    throw new FrameError('DDNN_FRAME_TRUNCATED', `a ${kind} frame without a whole slot`, bytes.length);
  }
  let at = HEADER_BYTES + 2 + (bytes[HEADER_BYTES + 1] >> 7) * bodyBytes;
  let samples = 1;
  while (at < bytes.length) {
    if (++samples > maxSamples) {
      throw new FrameError('DDNN_FRAME_OVERSIZED', `a ${kind} frame of more than ${maxSamples} samples`, at);
    }
    at += 1 + (bytes[at] >> 7) * bodyBytes;
  }
  if (at > bytes.length) {
    throw new FrameError('DDNN_FRAME_TRUNCATED', `a ${kind} frame ${at - bytes.length} bytes short`, bytes.length);
  }
}
