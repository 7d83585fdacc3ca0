import { FrameError, invalid } from './errors.js';

/** Version of the wire format: the high nibble of every frame's first byte. */
export const PROTOCOL_VERSION = 2;

/** Bytes of the header of every frame: version and kind, epoch. */
export const HEADER_BYTES = 2;

/**
 * What a frame carries: the low nibble of its first byte. Every frame begins with this header; every other box in these
 * sources shows what follows it:
 *
 *       7   6   5   4   3   2   1   0
 *     +---------------+---------------+
 *     |  version: 2   |     kind      |
 *     +---------------+---------------+
 *     |             epoch             |
 *     +-------------------------------+
 *
 * Bits are drawn from the highest to the lowest. Numbers of several bytes are little-endian. `~` is a field with as
 * many bytes as the note beside it says.
 */
export const FrameKind = {
  summary: 1,
  featureRequest: 2,
  features: 3,
  verdict: 4,
  uplinkFeatures: 5,
  record: 6,
  acknowledgement: 7,
  status: 8,
  clock: 9,
  traffic: 10,
  uplinkRequest: 11,
  codedSummary: 12,
  codedFeatures: 13,
} as const;
export type FrameKindName = keyof typeof FrameKind;

const kindNames = Object.entries(FrameKind).reduce<Array<FrameKindName | undefined>>((names, [name, kind]) => {
  names[kind] = name as FrameKindName;
  return names;
}, []);

/** The first byte of every frame of a kind: version and kind. */
export function firstByte(kind: FrameKindName): number {
  return (PROTOCOL_VERSION << 4) | FrameKind[kind];
}

/** Writes the two header bytes. `epoch` is one byte: the site's rollout counter. */
export function writeHeader(bytes: Uint8Array, kind: FrameKindName, epoch: number): void {
  if (!Number.isInteger(epoch) || epoch < 0 || epoch > 255) {
    throw invalid(`epoch ${epoch} does not fit one byte`, 1);
  }
  bytes[0] = firstByte(kind);
  bytes[1] = epoch;
}

/** The kind of a frame, after its version was checked. Throws `DDNN_FRAME_TRUNCATED`, `_VERSION` or `_KIND`. */
export function frameKind(bytes: Uint8Array): FrameKindName {
  if (bytes.length < HEADER_BYTES) {
    throw new FrameError('DDNN_FRAME_TRUNCATED', `a frame has at least ${HEADER_BYTES} bytes`, bytes.length);
  }
  const version = bytes[0] >> 4;
  if (version !== PROTOCOL_VERSION) {
    throw new FrameError('DDNN_FRAME_VERSION', `version ${version} frame, this is version ${PROTOCOL_VERSION}`, 0);
  }
  const name = kindNames[bytes[0] & 15];
  if (!name) throw new FrameError('DDNN_FRAME_KIND', `unknown kind ${bytes[0] & 15}`, 0);
  return name;
}

/**
 * Checks version, kind and epoch of a frame before its body is read. Without `epoch` any epoch passes. That is for
 * viewers, and for frames with nothing that could be joined across networks (acknowledgement, status, clock, traffic).
 */
export function checkHeader(bytes: Uint8Array, kind: FrameKindName, epoch?: number): void {
  const found = frameKind(bytes);
  if (found !== kind) throw new FrameError('DDNN_FRAME_KIND', `a ${found} frame where a ${kind} frame belongs`, 0);
  if (epoch !== undefined && bytes[1] !== epoch) {
    throw new FrameError('DDNN_FRAME_EPOCH', `epoch ${bytes[1]}, but epoch ${epoch} is in service`, 1);
  }
}

/** The epoch byte of a frame. Throws `DDNN_FRAME_TRUNCATED`. */
export function frameEpoch(bytes: Uint8Array): number {
  if (bytes.length < HEADER_BYTES) {
    throw new FrameError('DDNN_FRAME_TRUNCATED', `a frame has at least ${HEADER_BYTES} bytes`, bytes.length);
  }
  return bytes[1];
}
