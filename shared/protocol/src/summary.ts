import {
  type DeviceSample,
  type DeviceSampleVisitor,
  decodeDeviceSamples,
  encodeDeviceSamples,
} from './sample-list.js';

/**
 * Summary (device → edge): class scores of one view; an absent view has none.
 *
 *       7   6   5   4   3   2   1   0
 *     +-------------------------------+
 *     |        slot, bits 0-7         |   of the first sample, modulo 32,768
 *     +---+---------------------------+
 *     | P |      slot, bits 8-14      |   P: present, scores follow
 *     +---+---------------------------+
 *     ~            scores             ~   i8 a class; none where the bundle has no local exit: P says it all
 *     +---+---------------------------+
 *     | P |          gap - 1          |   each further sample: slots since the one before it, less one
 *     +---+---------------------------+
 *     ~            scores             ~
 *     +-------------------------------+
 */
export function encodeSummary(epoch: number, samples: readonly DeviceSample[], scoreBytes: number): Uint8Array {
  return encodeDeviceSamples('summary', epoch, samples, scoreBytes);
}

/** Visits the samples of a summary; `hasBody` false: the camera sees nothing (absent view). */
export function decodeSummary(
  bytes: Uint8Array,
  epoch: number | undefined,
  scoreBytes: number,
  maxSamples: number,
  visit: DeviceSampleVisitor,
): void {
  decodeDeviceSamples(bytes, 'summary', epoch, scoreBytes, maxSamples, visit);
}
