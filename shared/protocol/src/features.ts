import {
  type DeviceSample,
  type DeviceSampleVisitor,
  decodeDeviceSamples,
  encodeDeviceSamples,
} from './device-samples.js';

/**
 * Features (device → edge): the device section's output map, bits packed eight to a byte, lowest bit first. A sample
 * without a body is no longer in the device's cache.
 */
export function encodeFeatures(epoch: number, samples: readonly DeviceSample[], featureBytes: number): Uint8Array {
  return encodeDeviceSamples('features', epoch, samples, featureBytes);
}

/** Visits the samples of a features frame; `hasBody` false: the device no longer has them. */
export function decodeFeatures(
  bytes: Uint8Array,
  epoch: number | undefined,
  featureBytes: number,
  maxSamples: number,
  visit: DeviceSampleVisitor,
): void {
  decodeDeviceSamples(bytes, 'features', epoch, featureBytes, maxSamples, visit);
}
