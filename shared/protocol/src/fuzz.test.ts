import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
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
  encodeEdgeAnswer,
  encodeFeatureRequest,
  encodeFeatures,
  encodeStatus,
  encodeSummary,
  encodeTraffic,
  encodeUplinkFeatures,
  encodeUplinkRequest,
  encodeVerdicts,
  FrameError,
  FrameKind,
  type FrameKindName,
  firstSlot,
  frameEpoch,
  frameKind,
  joinUplinkFeatures,
  PROTOCOL_VERSION,
  partBodies,
  unpackViewStates,
  uplinkBodyBytes,
} from './index.js';

const STRINGS = 20_000;
const EPOCH = 7;
const MAX_SAMPLES = 8;
const sizes = { views: 6, viewFeatureBytes: 2, edgeFeatureBytes: 4 };

/** Deterministic 32-bit noise (mulberry32). */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** Decodes, and returns what encodes again: what a decoder lets through is what its encoder writes, byte for byte. */
const decoders: Record<FrameKindName, (bytes: Uint8Array) => () => Uint8Array> = {
  summary: (bytes) => {
    const samples = visited(bytes, 3, (visit) => decodeSummary(bytes, EPOCH, 3, MAX_SAMPLES, visit));
    return () => encodeSummary(EPOCH, samples, 3);
  },
  features: (bytes) => {
    const samples = visited(bytes, 4, (visit) => decodeFeatures(bytes, EPOCH, 4, MAX_SAMPLES, visit));
    return () => encodeFeatures(EPOCH, samples, 4);
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
    decodeCodedFeatures(bytes, EPOCH, 4, MAX_SAMPLES, (short, body) => {
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

const page = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');
/** The examples of docs/protocol.md: at least one good frame of every kind. */
const examples = [...page.matchAll(/```text\n# [^\n]+\n([^`]+)```/g)].map(([, lines]) => {
  const hex = lines
    .split('\n')
    .flatMap((line) => /^((?:[0-9a-f]{2} )*[0-9a-f]{2})(?: {2,}|$)/.exec(line)?.[1].split(' ') ?? []);
  return Uint8Array.from(hex, (byte) => Number.parseInt(byte, 16));
});

/** What else reads bytes of others: bodies and the beginnings of frames. */
const partDecoders: Record<string, (bytes: Uint8Array) => unknown> = {
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
function* placed(bytes: Uint8Array): Generator<Uint8Array> {
  yield bytes;
  const buffer = new Uint8Array(bytes.length + 24).fill(0xff);
  buffer.set(bytes, 11);
  yield buffer.subarray(11, 11 + bytes.length);
}

/** What a decoder says: its value as text, or the code of its {@link FrameError}; anything else goes on. */
function said(decode: (bytes: Uint8Array) => unknown, bytes: Uint8Array): string {
  try {
    return JSON.stringify(decode(bytes), (_, value) => (value instanceof Uint8Array ? [...value] : value)) ?? 'nothing';
  } catch (error) {
    if (error instanceof FrameError) return error.message;
    throw new Error(`[${bytes}]`, { cause: error });
  }
}

/** Says the same wherever the bytes stand, and changes none of them. */
function expectSame(decode: (bytes: Uint8Array) => unknown, bytes: Uint8Array): void {
  const before = bytes.slice();
  const answers = [...placed(bytes)].map((there) => said(decode, there));
  expect(new Set(answers).size, `[${bytes}]: ${answers}`).toBe(1);
  expect(bytes).toEqual(before);
}

/** Every beginning of a good frame, and every byte of it at some other values. */
function* damaged(frame: Uint8Array): Generator<Uint8Array> {
  for (let length = 0; length <= frame.length; length++) yield frame.slice(0, length);
  for (let at = 0; at < frame.length; at++) {
    for (const value of [0, 1, 127, 128, 255, frame[at] ^ 1, frame[at] ^ 8, frame[at] ^ 128])
      yield frame.with(at, value);
  }
}

describe.each(Object.keys(FrameKind) as FrameKindName[])('the decoder of damaged %s frames', (kind) => {
  const good = examples.filter((frame) => frame[0] === ((PROTOCOL_VERSION << 4) | FrameKind[kind]));
  const decode = (bytes: Uint8Array) => decoders[kind](bytes)();

  it('has a good example, and throws nothing but FrameError on what is left of it, wherever it stands', () => {
    expect(good.length).toBeGreaterThan(0);
    for (const frame of good) for (const bytes of damaged(frame)) expectSame(decode, bytes);
  });
});

describe.each(Object.entries(partDecoders))('the decoder of %s', (_, decode) => {
  it('throws nothing but FrameError on any beginning of a good frame, and on random bytes of every length', () => {
    const next = noise(99);
    const answer = encodeEdgeAnswer({ exit: 'edge', classIndex: 2, uncertainty: 0.25 });
    for (const frame of [...examples, answer]) for (const bytes of damaged(frame)) expectSame(decode, bytes);
    for (let i = 0; i < 2_000; i++)
      expectSame(
        decode,
        new Uint8Array(i % 20).map(() => next() & (i & 1 ? 255 : 7)),
      );
  });
});

describe.each(Object.keys(FrameKind) as FrameKindName[])('the decoder of %s', (kind) => {
  it(`throws nothing but FrameError on ${STRINGS} random strings, and what it accepts is canonical`, () => {
    const next = noise(FrameKind[kind]);
    let accepted = 0;
    for (let i = 0; i < STRINGS; i++) {
      const bytes = new Uint8Array(next() % 64);
      for (let at = 0; at < bytes.length; at++) {
        // Sparse bytes reach deeper than uniform ones, which stumble over the first reserved value.
        const dice = next();
        bytes[at] = dice & 0x100 ? dice & 0xff : dice & 0x07;
      }
      // Seven in eight have a good header, or no string would come past it.
      if (i % 8 !== 0 && bytes.length >= 2) {
        bytes[0] = (PROTOCOL_VERSION << 4) | FrameKind[kind];
        bytes[1] = EPOCH;
      }
      let encode: () => Uint8Array;
      try {
        encode = decoders[kind](bytes);
      } catch (error) {
        if (error instanceof FrameError) continue;
        throw new Error(`string ${i}: [${bytes}]`, { cause: error });
      }
      accepted++;
      expect(encode(), `string ${i}`).toEqual(bytes);
    }
    expect(accepted).toBeGreaterThan(0);
  });
});
