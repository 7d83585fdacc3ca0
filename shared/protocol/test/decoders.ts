import {
  CodedSummaryReader,
  decodeAcknowledgement,
  decodeClock,
  decodeCodedFeatures,
  decodeEdgeAnswer,
  decodeFeatureRequest,
  decodeFeatures,
  decodeFirstVerdict,
  decodeStatus,
  decodeSummary,
  decodeTraffic,
  decodeUplinkFeatures,
  decodeUplinkRequest,
  decodeVerdicts,
  encodeAcknowledgement,
  encodeClock,
  encodeCodedFeatures,
  encodeCodedSummary,
  encodeFeatureRequest,
  encodeFeatures,
  encodeStatus,
  encodeSummary,
  encodeTraffic,
  encodeUplinkFeatures,
  encodeUplinkRequest,
  encodeVerdicts,
  FrameError,
  type FrameKindName,
  firstSlot,
  frameEpoch,
  frameKind,
  joinUplinkFeatures,
  partBodies,
  unpackViewStates,
  uplinkBodyBytes,
} from '../src/index.js';

/** What the decoders below take as given: epoch, samples in a frame, and sizes of bodies. */
export const EPOCH = 7;
export const MAX_SAMPLES = 8;
export const SCORE_BYTES = 3;
export const FEATURE_BYTES = 4;
export const sizes = { views: 6, viewFeatureBytes: 2, edgeFeatureBytes: 4 };

/** Decodes, and returns what encodes again: what a decoder lets through is what its encoder writes, byte for byte. */
export const decoders: Record<FrameKindName, (bytes: Uint8Array) => () => Uint8Array> = {
  summary: (bytes) => {
    const samples = visited(bytes, SCORE_BYTES, (visit) =>
      decodeSummary(bytes, EPOCH, SCORE_BYTES, MAX_SAMPLES, visit),
    );
    return () => encodeSummary(EPOCH, samples, SCORE_BYTES);
  },
  features: (bytes) => {
    const samples = visited(bytes, FEATURE_BYTES, (visit) =>
      decodeFeatures(bytes, EPOCH, FEATURE_BYTES, MAX_SAMPLES, visit),
    );
    return () => encodeFeatures(EPOCH, samples, FEATURE_BYTES);
  },
  codedSummary: (bytes) => {
    const reader = new CodedSummaryReader(MAX_SAMPLES);
    reader.open(bytes, 0, bytes.length, EPOCH);
    const present: boolean[] = [];
    const slots: number[] = [];
    while (reader.next()) {
      present.push(reader.hasBody);
      slots.push(reader.slot);
    }
    return () => encodeCodedSummary(EPOCH, slots[0], present, bytes.subarray(reader.scoresAt));
  },
  codedFeatures: (bytes) => {
    const samples: Array<{ slot: number; body: Uint8Array | null }> = [];
    decodeCodedFeatures(bytes, EPOCH, FEATURE_BYTES, MAX_SAMPLES, (short, body) => {
      const before = samples.at(-1)?.slot ?? 0;
      samples.push({ slot: short < before ? short + 32_768 : short, body });
    });
    return () => encodeCodedFeatures(EPOCH, samples);
  },
  featureRequest: (bytes) => {
    const samples = visited(bytes, 0, (visit) =>
      decodeFeatureRequest(bytes, EPOCH, MAX_SAMPLES, (short) => visit(short, false, 0)),
    );
    const slots = samples.map(({ slot }) => slot);
    return () => encodeFeatureRequest(EPOCH, slots);
  },
  verdict: (bytes) => {
    const verdicts = decodeVerdicts(bytes, 'verdict', EPOCH, 6, MAX_SAMPLES);
    return () => encodeVerdicts('verdict', EPOCH, verdicts);
  },
  record: (bytes) => {
    const records = decodeVerdicts(bytes, 'record', EPOCH, 6, MAX_SAMPLES);
    return () => encodeVerdicts('record', EPOCH, records);
  },
  uplinkFeatures: (bytes) => {
    const samples = decodeUplinkFeatures(bytes, EPOCH, sizes, MAX_SAMPLES);
    return () => encodeUplinkFeatures(EPOCH, samples, sizes);
  },
  acknowledgement: (bytes) => {
    const acknowledgement = decodeAcknowledgement(bytes, MAX_SAMPLES);
    return () => encodeAcknowledgement(bytes[1], acknowledgement);
  },
  status: (bytes) => {
    const { epoch, ...status } = decodeStatus(bytes);
    return () => encodeStatus(epoch, status);
  },
  clock: (bytes) => {
    const reading = decodeClock(bytes);
    return () => encodeClock(bytes[1], reading);
  },
  uplinkRequest: (bytes) => {
    const slots = decodeUplinkRequest(bytes, EPOCH, MAX_SAMPLES);
    return () => encodeUplinkRequest(EPOCH, slots);
  },
  traffic: (bytes) => {
    const traffic = decodeTraffic(bytes);
    return () => encodeTraffic(bytes[1], traffic);
  },
};

/** Device samples with the wrap-around of short slots undone, so that they ascend. */
function visited(
  bytes: Uint8Array,
  bodyBytes: number,
  decode: (visit: (short: number, hasBody: boolean, at: number) => void) => void,
): Array<{ slot: number; body: Uint8Array | null }> {
  const samples: Array<{ slot: number; body: Uint8Array | null }> = [];
  decode((short, hasBody, at) => {
    const before = samples.at(-1)?.slot ?? 0;
    const slot = short < before ? short + 32_768 : short;
    samples.push({ slot, body: hasBody ? bytes.subarray(at, at + bodyBytes) : null });
  });
  return samples;
}

/** What else reads bytes of others: bodies and the beginnings of frames. */
export const partDecoders: Record<string, (bytes: Uint8Array) => unknown> = {
  'an edge’s answer': (bytes) => decodeEdgeAnswer(bytes),
  'joined bodies': (bytes) => partBodies(bytes, 3, 8),
  'the kind': frameKind,
  'the epoch': frameEpoch,
  'the first slot of features': (bytes) => firstSlot(bytes, 'uplinkFeatures'),
  'the first slot of a record': (bytes) => firstSlot(bytes, 'record'),
  'the first verdict': (bytes) => decodeFirstVerdict(bytes, 'verdict'),
  'view states': (bytes) => unpackViewStates(bytes, 6, 0),
  'the size of coded bodies': (bytes) => uplinkBodyBytes(sizes, 'coded', new Uint8Array(6).fill(2), bytes, 0),
  'frames to join': (bytes) => joinUplinkFeatures([bytes, bytes]),
};

/** The same bytes alone, and in the middle of a larger buffer whose neighbours must not be read. */
export function* placed(bytes: Uint8Array): Generator<Uint8Array> {
  yield bytes;
  const buffer = new Uint8Array(bytes.length + 24).fill(0xff);
  buffer.set(bytes, 11);
  yield buffer.subarray(11, 11 + bytes.length);
}

/** What a decoder says: its value as text, or the code of its {@link FrameError}; anything else goes on. */
export function said(decode: (bytes: Uint8Array) => unknown, bytes: Uint8Array): string {
  try {
    return JSON.stringify(decode(bytes), (_, value) => (value instanceof Uint8Array ? [...value] : value)) ?? 'nothing';
  } catch (error) {
    if (error instanceof FrameError) return error.message;
    throw new Error(`[${bytes}]`, { cause: error });
  }
}
