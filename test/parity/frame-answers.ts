import {
  CodedSummaryReader,
  type DeviceSample,
  decodeAcknowledgement,
  decodeClock,
  decodeCodedFeatures,
  decodeFeatureRequest,
  decodeFeatures,
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
  type FrameKindName,
  frameEpoch,
  frameKind,
  restoreSlot,
} from '@ddnn/protocol';
import { hex, outcome } from './exact.js';

/** One example of docs/protocol.md. */
export interface FrameVector {
  readonly name: string;
  readonly hex: string;
}

/** What a decoder and an encoder make of one example. */
export interface FrameAnswer {
  readonly name: string;
  readonly kind: FrameKindName;
  /** What the frame says; bytes as hexadecimal text. */
  readonly means: string;
  /** The meaning encoded again. */
  readonly hex: string;
  /** The frame cut at every length: what is left of it, or how it is refused. */
  readonly cuts: readonly string[];
}

/* The sizes that the examples are written with. */
const SLOT = 12_345;
const SAMPLES = 8;
const FEATURE_BYTES = 4;
const sizes = { views: 6, viewFeatureBytes: 2, edgeFeatureBytes: 4, scoreBytes: 3 };

/**
 * Decodes every example, encodes its meaning again, and decodes it cut short. `vectors` is JSON of {@link
 * FrameVector}s.
 */
export function frameAnswers(vectors: Uint8Array): FrameAnswer[] {
  const list = JSON.parse(new TextDecoder().decode(vectors)) as FrameVector[];
  return list.map(({ name, hex: text }) => {
    const bytes = Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
    const scoreBytes = name === 'summary without a local exit' ? 0 : sizes.scoreBytes;
    const kind = frameKind(bytes);
    const { means, again } = readFrame(kind, bytes, scoreBytes);
    const cuts = Array.from(bytes, (_, length) =>
      written(outcome(() => readFrame(kind, bytes.subarray(0, length), scoreBytes).means)),
    );
    return { name, kind, means: written(means), hex: hex(again()), cuts };
  });
}

interface ReadFrame {
  readonly means: unknown;
  readonly again: () => Uint8Array;
}

function readFrame(kind: FrameKindName, bytes: Uint8Array, scoreBytes: number): ReadFrame {
  const epoch = frameEpoch(bytes);
  const read = <T>(means: T, again: (means: T) => Uint8Array): ReadFrame => ({ means, again: () => again(means) });
  switch (kind) {
    case 'summary':
      return read(deviceSamples(decodeSummary, bytes, scoreBytes), (m) => encodeSummary(epoch, m, scoreBytes));
    case 'features':
      return read(deviceSamples(decodeFeatures, bytes, FEATURE_BYTES), (m) => encodeFeatures(epoch, m, FEATURE_BYTES));
    case 'codedSummary': {
      const reader = new CodedSummaryReader(SAMPLES);
      reader.open(bytes, 0, bytes.length, epoch);
      const present: boolean[] = [];
      while (reader.next()) present.push(reader.hasBody);
      const slot = restoreSlot(reader.slot, SLOT) - present.length + 1;
      const means = { slot, present, scores: bytes.slice(reader.scoresAt) };
      return read(means, (m) => encodeCodedSummary(epoch, m.slot, m.present, m.scores));
    }
    case 'codedFeatures': {
      const samples: DeviceSample[] = [];
      decodeCodedFeatures(bytes, epoch, FEATURE_BYTES, SAMPLES, (short, body) => {
        samples.push({ slot: restoreSlot(short, SLOT), body: body?.slice() ?? null });
      });
      return read(samples, (m) => encodeCodedFeatures(epoch, m));
    }
    case 'featureRequest': {
      const slots: number[] = [];
      decodeFeatureRequest(bytes, epoch, SAMPLES, (short) => slots.push(restoreSlot(short, SLOT)));
      return read(slots, (m) => encodeFeatureRequest(epoch, m));
    }
    case 'verdict':
    case 'record':
      return read(decodeVerdicts(bytes, kind, epoch, sizes.views, SAMPLES), (m) => encodeVerdicts(kind, epoch, m));
    case 'uplinkFeatures':
      return read(decodeUplinkFeatures(bytes, epoch, sizes, SAMPLES), (m) => encodeUplinkFeatures(epoch, m, sizes));
    case 'acknowledgement':
      return read(decodeAcknowledgement(bytes, SAMPLES), (m) => encodeAcknowledgement(epoch, m));
    case 'uplinkRequest':
      return read(decodeUplinkRequest(bytes, epoch, SAMPLES), (m) => encodeUplinkRequest(epoch, m));
    case 'status':
      return read(decodeStatus(bytes), (m) => encodeStatus(epoch, m));
    case 'clock':
      return read(decodeClock(bytes), (m) => encodeClock(epoch, m));
    case 'traffic':
      return read(decodeTraffic(bytes), (m) => encodeTraffic(epoch, m));
  }
}

function deviceSamples(decode: typeof decodeSummary, bytes: Uint8Array, bodyBytes: number): DeviceSample[] {
  const samples: DeviceSample[] = [];
  decode(bytes, undefined, bodyBytes, SAMPLES, (short, hasBody, at) => {
    samples.push({ slot: restoreSlot(short, SLOT), body: hasBody ? bytes.slice(at, at + bodyBytes) : null });
  });
  return samples;
}

function written(value: unknown): string {
  return JSON.stringify(value, (_, part) => (part instanceof Uint8Array ? hex(part) : part));
}
