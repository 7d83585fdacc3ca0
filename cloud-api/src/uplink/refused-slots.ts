import { decodeUplinkFeatures, FrameError, frameKind, type UplinkSizes } from '@ddnn/protocol';

const FIRST_SLOT_END = 8;

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
  if (kind === 'record') return firstSlot(bytes, kind);
  try {
    const samples = decodeUplinkFeatures(bytes, undefined, sizes, maxSamples);
    return samples.map(({ slot }) => slot);
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return firstSlot(bytes, kind);
  }
}

/** Every uplink frame of samples begins with its first slot, whatever follows. */
function firstSlot(bytes: Uint8Array, kind: 'uplinkFeatures' | 'record'): number[] {
  try {
    if (frameKind(bytes) !== kind || bytes.length < FIRST_SLOT_END) return [];
  } catch (error) {
    if (error instanceof FrameError) return [];
    throw error;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return [view.getUint32(2, true) + view.getUint16(6, true) * 2 ** 32];
}
