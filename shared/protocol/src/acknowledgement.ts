import { Reader, Writer } from './cursor.js';
import { invalid } from './errors.js';
import { checkHeader, FrameKind, HEADER_BYTES, writeHeader } from './frame.js';
import { readSamples, readUplinkSlot, uplinkSlotBytes, writeUplinkSlot } from './uplink-slots.js';

/**
 * *stored*: the cloud has it on disk. *refused*: the cloud will never store it (damaged, or it does not fit the
 * bundle). *held*: the cloud does not have the bundle of the epoch in the frame's header; the edge keeps everything of
 * that epoch and kind, and sends it again on its next connection.
 */
export type AcknowledgementResult = 'stored' | 'refused' | 'held';
const results: readonly AcknowledgementResult[] = ['stored', 'refused', 'held'];

/**
 * The cloud's answer about samples that an edge sent up. Only this frame lets the edge delete them; a PUBACK does not.
 *
 *     +-------------------------------+
 *     |     kind of the frame, u8     |   5 uplink features, 6 record
 *     +-------------------------------+
 *     |          result, u8           |   0 stored, 1 refused, 2 held
 *     +-------------------------------+
 *     |           slot, u48           |   of the first sample
 *     +-------------------------------+
 *     |           gap, u16            |   each further one: slots since the one before it
 *     +-------------------------------+
 */
export interface Acknowledgement {
  readonly of: 'uplinkFeatures' | 'record';
  readonly result: AcknowledgementResult;
  readonly slots: readonly number[];
}

/** Acknowledgement (cloud → edge). Throws {@link FrameError} `DDNN_FRAME_VALUE`. */
export function encodeAcknowledgement(epoch: number, { of, result, slots }: Acknowledgement): Uint8Array {
  if (slots.length === 0) throw invalid('a frame carries at least one sample', HEADER_BYTES);
  const writer = new Writer(HEADER_BYTES + 2 + uplinkSlotBytes(slots.length), HEADER_BYTES);
  writeHeader(writer.bytes, 'acknowledgement', epoch);
  writer.u8(FrameKind[of], 'kind');
  writer.u8(results.indexOf(result), 'result');
  for (const [i, slot] of slots.entries()) writeUplinkSlot(writer, slot, slots[i - 1]);
  return writer.bytes;
}

/** Decodes an acknowledgement of any epoch: what is acknowledged may be older than the bundle in service. */
export function decodeAcknowledgement(bytes: Uint8Array, maxSamples: number): Acknowledgement {
  checkHeader(bytes, 'acknowledgement');
  const reader = new Reader(bytes, HEADER_BYTES);
  const kind = reader.u8('kind');
  const of = kind === FrameKind.uplinkFeatures ? 'uplinkFeatures' : kind === FrameKind.record ? 'record' : undefined;
  if (!of) throw invalid(`kind ${kind} is never acknowledged`, HEADER_BYTES);
  const result = results[reader.u8('result')];
  if (!result) throw invalid('unknown result', HEADER_BYTES + 1);
  return { of, result, slots: readSamples<number>(reader, maxSamples, (before) => readUplinkSlot(reader, before)) };
}
