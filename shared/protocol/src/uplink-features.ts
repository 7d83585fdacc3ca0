import { Reader, Writer } from './cursor.js';
import { decodeEdgeAnswer, EDGE_ANSWER_BYTES } from './edge-answer.js';
import { invalid } from './errors.js';
import { checkHeader, HEADER_BYTES, writeHeader } from './frame.js';
import { BodyReader } from './length-prefix.js';
import { readSamples, readUplinkSlot, uplinkSlotBytes, writeUplinkSlot } from './uplink-slots.js';
import { packViewStates, unpackViewStates, ViewState, viewStatesBytes } from './views.js';

/**
 * What an edge sends up for a sample. *views*: the features of every present view, in view order. *edge*: the output of
 * the edge section. *answer*: an edge, one of several, sends its exit's answer (configuration f), as {@link
 * EdgeAnswer}. *coded*: like *views*, but coded, each with its length before it.
 */
export const UplinkContent = { views: 0, edge: 1, answer: 2, coded: 3 } as const;
export type UplinkContentName = keyof typeof UplinkContent;
const contentNames: readonly UplinkContentName[] = ['views', 'edge', 'answer', 'coded'];

/** Sizes that the bundle in service gives to uplink bodies. */
export interface UplinkSizes {
  readonly views: number;
  /** Bytes of one view's features. */
  readonly viewFeatureBytes: number;
  /** Bytes of the edge section's features. */
  readonly edgeFeatureBytes: number;
}

/**
 * One sample on its way to the cloud.
 *
 *       7   6   5   4   3   2   1   0
 *     +-------------------------------+
 *     |      slot, u48 / gap, u16     |   of the first sample / slots since the one before it
 *     +-------------------------------+
 *     |            content            |   0 views, 1 edge, 2 answer, 3 coded
 *     +-------+-------+-------+-------+
 *     | view 3| view 2| view 1| view 0|   view states, a byte for four views: 0 lost, 1 absent, 2 present, 3 late
 *     +-------+-------+-------+-------+
 *     ~             body              ~   by content, see {@link UplinkContent}
 *     +-------------------------------+
 */
export interface UplinkSample {
  readonly slot: number;
  readonly states: Uint8Array;
  readonly content: UplinkContentName;
  readonly body: Uint8Array;
}

/** Views whose features a sample carries. */
export function presentViews(states: Uint8Array): number {
  let present = 0;
  for (const state of states) if (state === ViewState.present) present++;
  return present;
}

/** Size of the body at a place in a frame. Throws {@link FrameError} where coded bodies don't fit in there. */
export function uplinkBodyBytes(
  sizes: UplinkSizes,
  content: UplinkContentName,
  states: Uint8Array,
  bytes: Uint8Array,
  at: number,
): number {
  if (content === 'edge') return sizes.edgeFeatureBytes;
  if (content === 'answer') return EDGE_ANSWER_BYTES;
  const present = presentViews(states);
  if (content === 'views') return present * sizes.viewFeatureBytes;
  const reader = new BodyReader(bytes, at, sizes.viewFeatureBytes);
  for (let i = 0; i < present; i++) reader.next();
  return reader.at - at;
}

/** Uplink features (edge → cloud). Throws {@link FrameError} `DDNN_FRAME_VALUE`. */
export function encodeUplinkFeatures(epoch: number, samples: readonly UplinkSample[], sizes: UplinkSizes): Uint8Array {
  if (samples.length === 0) throw invalid('a frame carries at least one sample', HEADER_BYTES);
  const stateBytes = viewStatesBytes(sizes.views);
  let size = HEADER_BYTES + uplinkSlotBytes(samples.length);
  for (const { body } of samples) size += 1 + stateBytes + body.length;
  const writer = new Writer(size, HEADER_BYTES);
  writeHeader(writer.bytes, 'uplinkFeatures', epoch);
  for (const [i, { slot, states, content, body }] of samples.entries()) {
    if (states.length !== sizes.views) {
      throw invalid(`${states.length} view states where ${sizes.views} belong`, writer.offset);
    }
    writeUplinkSlot(writer, slot, samples[i - 1]?.slot);
    writer.u8(UplinkContent[content], 'content');
    writer.raw(packViewStates(states));
    const expected = uplinkBodyBytes(sizes, content, states, body, 0);
    if (body.length !== expected) {
      throw invalid(`a body of ${body.length} bytes where ${expected} belong`, writer.offset);
    }
    writer.raw(body);
  }
  return writer.bytes;
}

/** Decodes uplink features; bodies are views into the frame. An *answer* is checked here. */
export function decodeUplinkFeatures(
  bytes: Uint8Array,
  epoch: number | undefined,
  sizes: UplinkSizes,
  maxSamples: number,
): UplinkSample[] {
  checkHeader(bytes, 'uplinkFeatures', epoch);
  const reader = new Reader(bytes, HEADER_BYTES);
  return readSamples<UplinkSample>(reader, maxSamples, (before) => {
    const slot = readUplinkSlot(reader, before?.slot);
    const at = reader.offset;
    const content = contentNames[reader.u8('content')];
    if (!content) throw invalid(`unknown content ${bytes[at]}`, at);
    const states = unpackViewStates(reader.bytes(viewStatesBytes(sizes.views), 'view states'), sizes.views, at + 1);
    const bodyBytes = uplinkBodyBytes(sizes, content, states, bytes, reader.offset);
    const body = reader.bytes(bodyBytes, 'body');
    if (content === 'answer') decodeEdgeAnswer(body, reader.offset - body.length);
    return { slot, states, content, body };
  });
}
