import { decodeUplinkFeatures, FrameError, firstSlot, type UplinkSizes } from '@ddnn/protocol';

/**
 * The slots by which the edge knows a frame that was not accepted, as far as they can be read. Of records: the first
 * one. Of features: all of them if only the epoch is wrong, the first one if the rest can't be read. None if even the
 * kind is wrong. Without these slots the edge would send the frame again and again.
 */
export function refusedSlots(
  bytes: Uint8Array,
  kind: 'uplinkFeatures' | 'record',
  sizes: UplinkSizes,
  maxSamples: number,
): number[] {
  const first = () => [firstSlot(bytes, kind)];
  const all = () => decodeUplinkFeatures(bytes, undefined, sizes, maxSamples).map(({ slot }) => slot);
  return (kind === 'record' ? undefined : readable(all)) ?? readable(first) ?? [];
}

/** What can be read; undefined where the frame is damaged. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof FrameError) return undefined;
    throw error;
  }
}
