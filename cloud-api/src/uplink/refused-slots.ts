import { decodeUplinkFeatures, FrameError, firstSlot, type UplinkSizes } from '@ddnn/protocol';

/**
 * The slots by which an edge knows a frame that was not accepted, as far as they can be told: of records the first; of
 * features all where only the epoch is wrong, the first where the rest can't be read; none where not even the kind is
 * right. Without them the edge would send it again and again.
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
