import {
  decodeAcknowledgement,
  decodeEdgeAnswer,
  decodeFirstVerdict,
  decodeUplinkFeatures,
  decodeUplinkRequest,
  decodeVerdicts,
  EDGE_ANSWER_BYTES,
  FrameError,
  HEADER_BYTES,
  MAX_UPLINK_SAMPLES,
  NO_CLASS,
  type TopicNames,
  UplinkContent,
  type UplinkSample,
  type Verdict,
  type VerdictFrameKind,
  type ViewStateName,
  viewStateNames,
  viewStatesBytes,
} from '@ddnn/protocol';
import { counted } from '../terminal/words.js';
import type { WatchContext } from './context.js';
import { className, type Description, phrase, several, slotsInWords } from './description.js';

/** Header, full slot, and the byte of the first sample that stands before its view states. */
const FIRST_SLOT_END = HEADER_BYTES + 6;
const FIRST_FEATURES_BYTES = FIRST_SLOT_END + 1;

/** Verdicts of the cloud, or records of an edge. */
export function describeVerdicts(
  frame: VerdictFrameKind,
  names: TopicNames,
  payload: Uint8Array,
  context: WatchContext,
): Description {
  const sizes = context.sizes(names, payload[1]);
  // Without the number of views the first sample can be read up to its view states.
  const verdicts = sizes
    ? decodeVerdicts(payload, frame, undefined, sizes.views, MAX_UPLINK_SAMPLES)
    : [decodeFirstVerdict(payload, frame)];
  const [first] = verdicts;
  const words =
    verdicts.length === 1
      ? phrase(
          `slot ${first.slot}`,
          answer(first),
          `uncertainty ${first.uncertainty.toFixed(2)}`,
          sizes ? viewsInWords(first.states) : 'sizes not known yet',
        )
      : phrase(counted(verdicts.length, frame), several(verdicts.map(answerInBrief)));
  const fields = {
    epoch: payload[1],
    ...(sizes ? {} : { sizesKnown: false }),
    verdicts: verdicts.map(({ slot, classIndex, exit, reason, uncertainty, states }) => ({
      slot,
      class: classIndex === NO_CLASS ? null : classIndex,
      exit,
      ...(reason === 'none' ? {} : { reason }),
      uncertainty: Math.round(uncertainty * 10_000) / 10_000,
      views: Array.from(states, (state) => viewStateNames[state]),
    })),
  };
  return { frame, words, fields };
}

/** Samples on their way to the cloud. */
export function describeUplinkFeatures(names: TopicNames, payload: Uint8Array, context: WatchContext): Description {
  const sizes = context.sizes(names, payload[1]);
  const frame = 'uplinkFeatures';
  const samples = sizes
    ? decodeSamples(payload, sizes.views, sizes.featureBytes)
    : decodeUplinkFeatures(beginning(payload), undefined, { views: 0, viewFeatureBytes: 0, edgeFeatureBytes: 0 }, 1);
  const carried = {
    views: 'features of the views',
    edge: 'features of the edge section',
    answer: 'answer of the edge',
    coded: 'coded features of the views',
  };
  const words = samples.map(({ slot, content, states, body }) =>
    phrase(
      `slot ${slot}`,
      `${carried[content]}${sizes ? ` ${body.length} B` : ''}`,
      sizes && content === 'answer' ? edgeAnswerInWords(body) : undefined,
      sizes ? viewsInWords(states) : 'sizes not known yet',
    ),
  );
  const fields = {
    epoch: payload[1],
    ...(sizes ? {} : { sizesKnown: false }),
    samples: samples.map(({ slot, content, states, body }) => ({
      slot,
      content,
      ...(sizes ? { bodyBytes: body.length } : {}),
      views: Array.from(states, (state) => viewStateNames[state]),
    })),
  };
  return { frame, words: several(words), fields };
}

/**
 * A status does not tell the size of an edge section's features. In a frame they all have one size: the one with which
 * the frame can be read to its end. This tries from the largest number of samples down, because a frame of several
 * samples can hardly ever be read with another number.
 */
function decodeSamples(payload: Uint8Array, views: number, viewFeatureBytes: number): UplinkSample[] {
  const decode = (edgeFeatureBytes: number) =>
    decodeUplinkFeatures(payload, undefined, { views, viewFeatureBytes, edgeFeatureBytes }, MAX_UPLINK_SAMPLES);
  if (payload[FIRST_SLOT_END] !== UplinkContent.edge) return decode(0);
  const perSample = 1 + viewStatesBytes(views);
  const rest = payload.length - FIRST_SLOT_END;
  for (let samples = Math.floor(rest / perSample); samples > 1; samples--) {
    const body = (rest - (samples - 1) * 2) / samples - perSample;
    if (!Number.isInteger(body) || body < 1) continue;
    try {
      const read = decode(body);
      if (read.every(({ content }) => content === 'edge')) return read;
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
    }
  }
  return decode(Math.max(0, rest - perSample));
}

/** The cloud asks an edge for features of samples that it was sure of. */
export function describeUplinkRequest(payload: Uint8Array): Description {
  const slots = decodeUplinkRequest(payload, undefined, MAX_UPLINK_SAMPLES);
  const words = `wants the features of ${slotsInWords(slots)}`;
  return { frame: 'uplinkRequest', words, fields: { epoch: payload[1], slots } };
}

/** The cloud's word that an edge may forget samples. */
export function describeAcknowledgement(payload: Uint8Array): Description {
  const { of, result, slots } = decodeAcknowledgement(payload, MAX_UPLINK_SAMPLES);
  const what = of === 'record' ? 'record' : 'features';
  const words = phrase(result === 'stored' ? `${what} stored` : `${what} refused for good`, slotsInWords(slots));
  return { frame: 'acknowledgement', words, fields: { epoch: payload[1], of, result, slots } };
}

/**
 * A frame of one sample up to its view states. What an edge answers comes after them and can't be found, so it is shown
 * as zeros.
 */
function beginning(payload: Uint8Array): Uint8Array {
  const first = payload.subarray(0, FIRST_FEATURES_BYTES);
  if (first.length < FIRST_FEATURES_BYTES || first[FIRST_FEATURES_BYTES - 1] !== UplinkContent.answer) return first;
  return Uint8Array.of(...first, ...new Uint8Array(EDGE_ANSWER_BYTES));
}

function answer({ classIndex, exit, reason }: Verdict): string {
  const name = className(classIndex);
  return exit === 'fallback' ? `${name}, fallback: ${reason}` : `${name} at the ${exit} exit`;
}

function edgeAnswerInWords(body: Uint8Array): string {
  const { exit, classIndex, uncertainty } = decodeEdgeAnswer(body);
  const name = className(classIndex);
  return `${name} ${exit === 'fallback' ? 'unsure' : `at the ${exit} exit`}, uncertainty ${uncertainty.toFixed(2)}`;
}

/** Short, for lists: three of them should fit into one line. */
function answerInBrief({ slot, classIndex, exit, reason }: Verdict): string {
  const name = className(classIndex);
  return `slot ${slot} ${name} ${exit === 'fallback' ? reason : exit}`;
}

/** Which views took part, and what became of the others. */
function viewsInWords(states: Uint8Array): string {
  const named = (state: ViewStateName) =>
    Array.from(states.keys())
      .filter((view) => viewStateNames[states[view]] === state)
      .join(' ');
  const present = named('present');
  const others = (['absent', 'lost', 'late'] as const).map((state) => named(state) && `${state} ${named(state)}`);
  return phrase(present ? `cameras ${present}` : 'no camera', ...others);
}
