import { FrameError, invalid } from './errors.js';
import { checkHeader, HEADER_BYTES, writeHeader } from './frame.js';
import { BodyReader, lengthBytes, writeBody } from './length-prefix.js';
import { type DeviceSample, writeSlot } from './sample-list.js';
import { truncateSlot } from './slot.js';

/**
 * Called for each sample: its slot modulo 32,768, and its body (a view into the frame). Null: the device no longer has
 * it.
 */
export type CodedFeaturesVisitor = (shortSlot: number, body: Uint8Array | null) => void;

/**
 * Coded features (device → edge): like features, but each body is the output of the feature code.
 *
 *       7   6   5   4   3   2   1   0
 *     +-------------------------------+
 *     |        slot, bits 0-7         |   of the first sample, modulo 32,768
 *     +---+---------------------------+
 *     | F |      slot, bits 8-14      |   F: a body follows; else the device has it no longer
 *     +---+---------------------------+
 *     | M |          length           |   lowest bits first; M: another such byte follows, of at most four
 *     +---+---------------------------+
 *     ~             body              ~   as long as the bare features: those
 *     +---+---------------------------+
 *     | F |          gap - 1          |   each further sample: slots since the one before it, less one
 *     +---+---------------------------+
 *     ~       length and body         ~
 *     +-------------------------------+
 */
export function encodeCodedFeatures(epoch: number, samples: readonly DeviceSample[]): Uint8Array {
  if (samples.length === 0) {
    throw invalid('a frame carries at least one sample', HEADER_BYTES);
  }
  const size = samples.reduce(
    (sum, { body }) => sum + 1 + (body ? lengthBytes(body.length) + body.length : 0),
    HEADER_BYTES + 1,
  );
  const bytes = new Uint8Array(size);
  writeHeader(bytes, 'codedFeatures', epoch);
  let at = HEADER_BYTES;
  for (const [i, { body }] of samples.entries()) {
    at = writeSlot(bytes, at, samples, i);
    if (body) at = writeBody(bytes, at, body);
  }
  return bytes;
}

/**
 * Checks a whole frame, then visits each sample, so a frame that is damaged anywhere has no effect. Throws {@link
 * FrameError} `DDNN_FRAME_TRUNCATED`, `_OVERSIZED`, `_VALUE`, `_VERSION`, `_KIND` or `_EPOCH`.
 *
 * @param featureBytes bytes of the uncoded features: no body is longer
 */
export function decodeCodedFeatures(
  bytes: Uint8Array,
  epoch: number | undefined,
  featureBytes: number,
  maxSamples: number,
  visit: CodedFeaturesVisitor,
): void {
  checkHeader(bytes, 'codedFeatures', epoch);
  if (bytes.length < HEADER_BYTES + 2) {
    throw new FrameError('DDNN_FRAME_TRUNCATED', 'a codedFeatures frame without a whole slot', bytes.length);
  }
  const reader = new BodyReader(bytes, HEADER_BYTES + 2, featureBytes);
  const found: [number, Uint8Array | null][] = [];
  let slot = bytes[HEADER_BYTES] | ((bytes[HEADER_BYTES + 1] & 127) << 8);
  let mark = bytes[HEADER_BYTES + 1];
  for (;;) {
    if (found.length === maxSamples) {
      throw new FrameError('DDNN_FRAME_OVERSIZED', `a frame of more than ${maxSamples} samples`, reader.at);
    }
    found.push([slot, mark >> 7 === 1 ? reader.next() : null]);
    if (reader.at >= bytes.length) break;
    mark = bytes[reader.at++];
    slot = truncateSlot(slot + (mark & 127) + 1);
  }
  for (const [shortSlot, body] of found) visit(shortSlot, body);
}
