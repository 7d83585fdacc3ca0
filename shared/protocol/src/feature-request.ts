import { invalid } from './errors.js';
import { checkHeader, HEADER_BYTES } from './frame.js';
import { decodeDeviceSamples, encodeDeviceSamples } from './sample-list.js';

/**
 * Feature request (edge → device): the slots whose features this device shall send.
 *
 *       7   6   5   4   3   2   1   0
 *     +-------------------------------+
 *     |        slot, bits 0-7         |   the first, modulo 32,768
 *     +---+---------------------------+
 *     | 0 |      slot, bits 8-14      |
 *     +---+---------------------------+
 *     | 0 |          gap - 1          |   each further one: slots since the one before it, less one
 *     +---+---------------------------+
 */
export function encodeFeatureRequest(epoch: number, slots: readonly number[]): Uint8Array {
  return encodeDeviceSamples(
    'featureRequest',
    epoch,
    slots.map((slot) => ({ slot, body: null })),
    0,
  );
}

/** Visits the requested slots (modulo 32,768). A request has no bodies, so a set body bit is refused. */
export function decodeFeatureRequest(
  bytes: Uint8Array,
  epoch: number | undefined,
  maxSamples: number,
  visit: (shortSlot: number) => void,
): void {
  checkHeader(bytes, 'featureRequest', epoch);
  for (let at = HEADER_BYTES + 1; at < bytes.length; at++) {
    if (bytes[at] & 128) throw invalid('a feature request with a body mark', at);
  }
  decodeDeviceSamples(bytes, 'featureRequest', epoch, 0, maxSamples, visit);
}
