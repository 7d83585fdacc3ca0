import { Reader, Writer } from './cursor.js';
import { frameEpoch, HEADER_BYTES } from './frame.js';
import { MAX_JOINED, MAX_UPLINK_GAP } from './limits.js';
import { uplinkSlotBytes } from './uplink-slots.js';

/** Where the rest of a sample begins, after its slot. */
const REST = HEADER_BYTES + uplinkSlotBytes(1);
const GAP_BYTES = uplinkSlotBytes(2) - uplinkSlotBytes(1);

/**
 * Joins uplink features frames of one sample each, in any order, into fewer frames with the same samples in ascending
 * slots. Samples of different epochs or contents, or more than {@link MAX_UPLINK_GAP} slots apart, are not joined.
 */
export function joinUplinkFeatures(frames: readonly Uint8Array[]): Uint8Array[] {
  const parts = frames
    .map((frame) => {
      const reader = new Reader(frame, HEADER_BYTES);
      return { frame, epoch: frameEpoch(frame), slot: reader.u48('slot'), content: reader.u8('content') };
    })
    .sort((a, b) => a.epoch - b.epoch || a.content - b.content || a.slot - b.slot);
  const joined: (typeof parts)[] = [];
  let bytes = 0;
  for (const part of parts) {
    const group = joined.at(-1);
    const last = group?.at(-1);
    const gap = last ? part.slot - last.slot : 0;
    const fits =
      last?.epoch === part.epoch &&
      last.content === part.content &&
      gap > 0 &&
      gap <= MAX_UPLINK_GAP &&
      group!.length < MAX_JOINED.samples &&
      bytes + part.frame.length <= MAX_JOINED.bytes;
    if (fits) group!.push(part);
    else joined.push([part]);
    bytes = (fits ? bytes : 0) + part.frame.length;
  }
  return joined.map((group) => (group.length === 1 ? group[0].frame : join(group)));
}

function join(parts: readonly { readonly frame: Uint8Array; readonly slot: number }[]): Uint8Array {
  const size = parts.reduce((sum, { frame }) => sum + frame.length - REST + GAP_BYTES, REST - GAP_BYTES);
  const writer = new Writer(size, 0);
  let previous: number | undefined;
  for (const { frame, slot } of parts) {
    if (previous === undefined) writer.raw(frame);
    else {
      writer.u16(slot - previous, 'slot gap');
      writer.raw(frame.subarray(REST));
    }
    previous = slot;
  }
  return writer.bytes;
}
