import { decodeDeviceSamples, encodeDeviceSamples } from './device-samples.js';

/** Feature request (edge → device): the slots whose features this device shall send. */
export function encodeFeatureRequest(epoch: number, slots: readonly number[]): Uint8Array {
  return encodeDeviceSamples(
    'featureRequest',
    epoch,
    slots.map((slot) => ({ slot, body: null })),
    0,
  );
}

/** Visits the requested slots (modulo 32,768). */
export function decodeFeatureRequest(
  bytes: Uint8Array,
  epoch: number | undefined,
  maxSamples: number,
  visit: (shortSlot: number) => void,
): void {
  decodeDeviceSamples(bytes, 'featureRequest', epoch, 0, maxSamples, visit);
}
