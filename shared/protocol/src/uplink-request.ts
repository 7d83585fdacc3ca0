import { Reader, Writer } from './cursor.js';
import { invalid } from './errors.js';
import { checkHeader, HEADER_BYTES, writeHeader } from './frame.js';
import { readSamples, readUplinkSlot, uplinkSlotBytes, writeUplinkSlot } from './uplink-slots.js';

/**
 * Uplink request (cloud → edge): the slots whose features a sure edge shall send, because another edge of its site is
 * not sure.
 *
 *     +-------------------------------+
 *     |           slot, u48           |   the first
 *     +-------------------------------+
 *     |           gap, u16            |   each further one: slots since the one before it
 *     +-------------------------------+
 */
export function encodeUplinkRequest(epoch: number, slots: readonly number[]): Uint8Array {
  if (slots.length === 0) throw invalid('a frame carries at least one sample', HEADER_BYTES);
  const writer = new Writer(HEADER_BYTES + uplinkSlotBytes(slots.length), HEADER_BYTES);
  writeHeader(writer.bytes, 'uplinkRequest', epoch);
  for (const [i, slot] of slots.entries()) writeUplinkSlot(writer, slot, slots[i - 1]);
  return writer.bytes;
}

/** Decodes an uplink request: the slots, ascending. */
export function decodeUplinkRequest(bytes: Uint8Array, epoch: number | undefined, maxSamples: number): number[] {
  checkHeader(bytes, 'uplinkRequest', epoch);
  const reader = new Reader(bytes, HEADER_BYTES);
  return readSamples<number>(reader, maxSamples, (before) => readUplinkSlot(reader, before));
}
