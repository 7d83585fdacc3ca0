import {
  type DeviceSample,
  type DeviceSampleVisitor,
  decodeDeviceSamples,
  encodeDeviceSamples,
} from './sample-list.js';

/**
 * Features (device → edge): the device section's output map.
 *
 *       7   6   5   4   3   2   1   0
 *     +-------------------------------+
 *     |        slot, bits 0-7         |   of the first sample, modulo 32,768
 *     +---+---------------------------+
 *     | F |      slot, bits 8-14      |   F: features follow; else the device has them no longer
 *     +---+---------------------------+
 *     ~           features            ~   eight bits a byte, lowest first
 *     +---+---------------------------+
 *     | F |          gap - 1          |   each further sample: slots since the one before it, less one
 *     +---+---------------------------+
 *     ~           features            ~
 *     +-------------------------------+
 */
export function encodeFeatures(epoch: number, samples: readonly DeviceSample[], featureBytes: number): Uint8Array {
  return encodeDeviceSamples('features', epoch, samples, featureBytes);
}

/** Visits the samples of a features frame; `hasBody` false: the device no longer has the features. */
export function decodeFeatures(
  bytes: Uint8Array,
  epoch: number | undefined,
  featureBytes: number,
  maxSamples: number,
  visit: DeviceSampleVisitor,
): void {
  decodeDeviceSamples(bytes, 'features', epoch, featureBytes, maxSamples, visit);
}
