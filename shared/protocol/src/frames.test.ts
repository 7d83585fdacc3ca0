import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type Acknowledgement,
  type ClockReading,
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
  type FrameErrorCode,
  FrameKind,
  type FrameKindName,
  NO_CLASS,
  NO_VIEW,
  PROTOCOL_VERSION,
  restoreSlot,
  type Status,
  type Traffic,
  type UplinkSample,
  type Verdict,
  type VerdictFrameKind,
} from './index.js';

/*
 * One row a frame: its exact bytes, what they mean, and how they are made and read. The same bytes stand, annotated,
 * in docs/protocol.md. Every body size is a toy one, so that a frame can be read at a glance.
 */

const EPOCH = 7;
const SLOT = 12_345; // 0x3039
const sizes = { views: 6, viewFeatureBytes: 2, edgeFeatureBytes: 4 };

interface Vector {
  readonly name: string;
  readonly kind: FrameKindName;
  readonly hex: string;
  readonly means: unknown;
  readonly encode: () => Uint8Array;
  /** `samples` bounds the samples; the kinds without a sample list ignore it. */
  readonly decode: (bytes: Uint8Array, epoch: number | undefined, samples: number) => unknown;
  /** Lengths at which the cut frame is whole again: behind a sample, the list having no count of its own. */
  readonly wholeCuts?: readonly number[];
  /** From this length on any cut is a legal frame, and so is a longer one: what follows has no length of its own. */
  readonly openFrom?: number;
  /** Status, clock, traffic and acknowledgement pass with any epoch. */
  readonly anyEpoch?: true;
}

type Visit = (shortSlot: number, hasBody: boolean, bodyOffset: number) => void;

function deviceVector(
  name: string,
  kind: 'summary' | 'features',
  hex: string,
  bodyBytes: number,
  means: readonly DeviceSample[],
  wholeCuts?: readonly number[],
): Vector {
  const encode = kind === 'summary' ? encodeSummary : encodeFeatures;
  const decode = kind === 'summary' ? decodeSummary : decodeFeatures;
  return {
    name,
    kind,
    hex,
    means,
    wholeCuts,
    encode: () => encode(EPOCH, means, bodyBytes),
    decode: (bytes, epoch, samples) => {
      const read: DeviceSample[] = [];
      const visit: Visit = (short, hasBody, at) => {
        const body = hasBody ? new Uint8Array(bytes.subarray(at, at + bodyBytes)) : null;
        read.push({ slot: restoreSlot(short, SLOT), body });
      };
      decode(bytes, epoch, bodyBytes, samples, visit);
      return read;
    },
  };
}

function codedSummaryVector(
  name: string,
  hex: string,
  means: { present: boolean[]; scores: Uint8Array },
  openFrom?: number,
): Vector {
  return {
    name,
    kind: 'codedSummary',
    hex,
    means: { slot: SLOT, ...means },
    openFrom,
    encode: () => encodeCodedSummary(EPOCH, SLOT, means.present, means.scores),
    decode: (bytes, epoch) => {
      const reader = new CodedSummaryReader(means.present.length);
      // From the middle of a larger chunk, as a direct lane reads it.
      const chunk = Uint8Array.of(0xff, ...bytes, 0xff);
      reader.open(chunk, 1, bytes.length, epoch);
      const read: { slot: number; has: boolean }[] = [];
      while (reader.next()) read.push({ slot: reader.slot, has: reader.hasBody });
      expect(read.map(({ slot }) => slot)).toEqual(means.present.map((_, i) => SLOT + i));
      const present = read.map(({ has }) => has);
      expect([reader.samples, reader.presentSamples]).toEqual([present.length, present.filter(Boolean).length]);
      const scores = chunk.slice(reader.scoresAt, reader.scoresAt + reader.scoreBytes);
      return { slot: restoreSlot(read[0].slot, SLOT), present, scores };
    },
  };
}

function codedFeaturesVector(name: string, hex: string, means: readonly DeviceSample[], wholeCuts?: number[]): Vector {
  return {
    name,
    kind: 'codedFeatures',
    hex,
    means,
    wholeCuts,
    encode: () => encodeCodedFeatures(EPOCH, means),
    decode: (bytes, epoch, samples) => {
      const read: DeviceSample[] = [];
      decodeCodedFeatures(bytes, epoch, 4, samples, (short, body) => {
        read.push({ slot: restoreSlot(short, SLOT), body: body && new Uint8Array(body) });
      });
      return read;
    },
  };
}

function requestVector(name: string, hex: string, means: readonly number[], wholeCuts?: readonly number[]): Vector {
  return {
    name,
    kind: 'featureRequest',
    hex,
    means,
    wholeCuts,
    encode: () => encodeFeatureRequest(EPOCH, means),
    decode: (bytes, epoch, samples) => {
      const read: number[] = [];
      decodeFeatureRequest(bytes, epoch, samples, (short) => read.push(restoreSlot(short, SLOT)));
      return read;
    },
  };
}

function verdictVector(
  name: string,
  kind: VerdictFrameKind,
  hex: string,
  means: readonly Verdict[],
  wholeCuts?: readonly number[],
): Vector {
  return {
    name,
    kind,
    hex,
    means,
    wholeCuts,
    encode: () => encodeVerdicts(kind, EPOCH, means),
    decode: (bytes, epoch, samples) => decodeVerdicts(bytes, kind, epoch, sizes.views, samples),
  };
}

function uplinkVector(
  name: string,
  hex: string,
  means: readonly UplinkSample[],
  wholeCuts?: readonly number[],
): Vector {
  return {
    name,
    kind: 'uplinkFeatures',
    hex,
    means,
    wholeCuts,
    encode: () => encodeUplinkFeatures(EPOCH, means, sizes),
    decode: (bytes, epoch, samples) => decodeUplinkFeatures(bytes, epoch, sizes, samples),
  };
}

function acknowledgementVector(
  name: string,
  hex: string,
  means: Acknowledgement,
  wholeCuts?: readonly number[],
): Vector {
  return {
    name,
    kind: 'acknowledgement',
    hex,
    means,
    wholeCuts,
    anyEpoch: true,
    encode: () => encodeAcknowledgement(EPOCH, means),
    decode: (bytes, _, samples) => decodeAcknowledgement(bytes, samples),
  };
}

function uplinkRequestVector(
  name: string,
  hex: string,
  means: readonly number[],
  wholeCuts?: readonly number[],
): Vector {
  return {
    name,
    kind: 'uplinkRequest',
    hex,
    means,
    wholeCuts,
    encode: () => encodeUplinkRequest(EPOCH, means),
    decode: (bytes, epoch, samples) => decodeUplinkRequest(bytes, epoch, samples),
  };
}

function statusVector(name: string, hex: string, means: Status): Vector {
  return {
    name,
    kind: 'status',
    hex,
    means: { epoch: EPOCH, ...means },
    anyEpoch: true,
    encode: () => encodeStatus(EPOCH, means),
    decode: (bytes) => decodeStatus(bytes),
  };
}

function clockVector(name: string, hex: string, means: ClockReading, wholeCuts?: readonly number[]): Vector {
  return {
    name,
    kind: 'clock',
    hex,
    means,
    wholeCuts,
    anyEpoch: true,
    encode: () => encodeClock(EPOCH, means),
    decode: (bytes) => decodeClock(bytes),
  };
}

function trafficVector(name: string, hex: string, means: Traffic): Vector {
  return {
    name,
    kind: 'traffic',
    hex,
    means,
    anyEpoch: true,
    encode: () => encodeTraffic(EPOCH, means),
    decode: (bytes) => decodeTraffic(bytes),
  };
}

const scores = Uint8Array.of(0x40, 0xf0, 0x10); // +64, -16, +16
/** Edge exit, class 2, uncertainty 0.25. */
const answer = encodeEdgeAnswer({ exit: 'edge', classIndex: 2, uncertainty: 0.25 });
/** Views: present, absent, lost, late, present, present. */
const mixed = Uint8Array.of(2, 1, 0, 3, 2, 2);
const present = new Uint8Array(6).fill(2);
const absent = new Uint8Array(6).fill(1);
const bundle = Uint8Array.from({ length: 32 }, (_, i) => i);
const bundleHex = '000102030405060708090a0b0c0d0e0f 101112131415161718191a1b1c1d1e1f';

const vectors: readonly Vector[] = [
  deviceVector('summary of a present view', 'summary', '21 07 39 b0 40 f0 10', 3, [{ slot: SLOT, body: scores }]),
  deviceVector('summary of an absent view', 'summary', '21 07 39 30', 3, [{ slot: SLOT, body: null }]),
  deviceVector('summary without a local exit', 'summary', '21 07 39 b0', 0, [{ slot: SLOT, body: new Uint8Array(0) }]),
  deviceVector(
    'summary of three slots, the second absent',
    'summary',
    '21 07 39 b0 40 f0 10 00 83 05 fb 00',
    3,
    [
      { slot: SLOT, body: scores },
      { slot: SLOT + 1, body: null },
      { slot: SLOT + 5, body: Uint8Array.of(0x05, 0xfb, 0x00) },
    ],
    [7, 8],
  ),
  requestVector('feature request for one slot', '22 07 39 30', [SLOT]),
  requestVector(
    'feature request for three slots',
    '22 07 39 30 00 7f',
    [SLOT, SLOT + 1, SLOT + 129], // the last distance is the largest there is, 128
    [4, 5],
  ),
  deviceVector('features of one slot', 'features', '23 07 39 b0 0f f0 55 aa', 4, [
    { slot: SLOT, body: Uint8Array.of(0x0f, 0xf0, 0x55, 0xaa) },
  ]),
  deviceVector(
    'features of two slots, the second no longer cached',
    'features',
    '23 07 39 b0 0f f0 55 aa 01',
    4,
    [
      { slot: SLOT, body: Uint8Array.of(0x0f, 0xf0, 0x55, 0xaa) },
      { slot: SLOT + 2, body: null },
    ],
    [8],
  ),
  codedSummaryVector('coded summary of five slots that a view sees nothing in', '2c 07 39 30 20', {
    present: [false, false, false, false, false],
    scores: new Uint8Array(0),
  }),
  codedSummaryVector(
    'coded summary of five slots, the second absent',
    '2c 07 39 30 3d a7 40',
    { present: [true, false, true, true, true], scores: Uint8Array.of(0xa7, 0x40) },
    5,
  ),
  codedSummaryVector(
    'coded summary of seven slots',
    '2c 07 39 30 ff 01 a7',
    { present: new Array(7).fill(true), scores: Uint8Array.of(0xa7) },
    6,
  ),
  codedFeaturesVector(
    'coded features of three slots, the second no longer cached, the third bare',
    '2d 07 39 b0 02 5e 31 00 80 04 0f f0 55 aa',
    [
      { slot: SLOT, body: Uint8Array.of(0x5e, 0x31) },
      { slot: SLOT + 1, body: null },
      { slot: SLOT + 2, body: Uint8Array.of(0x0f, 0xf0, 0x55, 0xaa) },
    ],
    [7, 8],
  ),
  verdictVector(
    'verdict of the cloud exit, then a fallback of class none',
    'verdict',
    '24 07 39 30 00 00 00 00 2a 33 c6 0a ef 01 01 ff 55 05',
    [
      { slot: SLOT, classIndex: 2, exit: 'cloud', reason: 'none', uncertainty: 51 / 255, states: mixed },
      { slot: SLOT + 3, classIndex: NO_CLASS, exit: 'fallback', reason: 'deadline', uncertainty: 1, states: absent },
    ],
    [12],
  ),
  verdictVector('record of the local exit', 'record', '26 07 39 30 00 00 00 00 18 00 aa 0a', [
    { slot: SLOT, classIndex: 1, exit: 'local', reason: 'none', uncertainty: 0, states: present },
  ]),
  verdictVector(
    'record of three slots with the same views',
    'record',
    '26 07 39 30 00 00 00 00 18 00 aa 0a 10 33 f4 aa 02 14 00',
    [
      { slot: SLOT, classIndex: 1, exit: 'local', reason: 'none', uncertainty: 0, states: present },
      { slot: SLOT + 1, classIndex: 1, exit: 'local', reason: 'none', uncertainty: 51 / 255, states: present },
      { slot: SLOT + 301, classIndex: 20, exit: 'local', reason: 'none', uncertainty: 0, states: present },
    ],
    [12, 14],
  ),
  uplinkVector('uplink features of three present views', '25 07 39 30 00 00 00 00 00 c6 0a a0 a1 b0 b1 c0 c1', [
    { slot: SLOT, states: mixed, content: 'views', body: Uint8Array.of(0xa0, 0xa1, 0xb0, 0xb1, 0xc0, 0xc1) },
  ]),
  uplinkVector('uplink features of an edge section', '25 07 39 30 00 00 00 00 01 c6 0a e0 e1 e2 e3', [
    { slot: SLOT, states: mixed, content: 'edge', body: Uint8Array.of(0xe0, 0xe1, 0xe2, 0xe3) },
  ]),
  uplinkVector(
    'uplink features that are the answer of a confident edge',
    '25 07 39 30 00 00 00 00 02 c6 0a 01 02 00 00 80 3e',
    [{ slot: SLOT, states: mixed, content: 'answer', body: answer }],
  ),
  uplinkVector(
    'uplink features of two slots, no view present in the second',
    '25 07 39 30 00 00 00 00 02 c6 0a 01 02 00 00 80 3e 2c 01 00 55 05',
    [
      { slot: SLOT, states: mixed, content: 'answer', body: answer },
      { slot: SLOT + 300, states: absent, content: 'views', body: new Uint8Array(0) },
    ],
    [17],
  ),
  uplinkVector('uplink features of three present views, coded', '25 07 39 30 00 00 00 00 03 c6 0a 01 5e 00 02 c0 c1', [
    { slot: SLOT, states: mixed, content: 'coded', body: Uint8Array.of(1, 0x5e, 0, 2, 0xc0, 0xc1) },
  ]),
  acknowledgementVector(
    'acknowledgement of two stored uplink features',
    '27 07 05 00 39 30 00 00 00 00 01 00',
    { of: 'uplinkFeatures', result: 'stored', slots: [SLOT, SLOT + 1] },
    [10],
  ),
  acknowledgementVector('acknowledgement that refuses a record', '27 07 06 01 39 30 00 00 00 80', {
    of: 'record',
    result: 'refused',
    slots: [SLOT + 0x8000 * 2 ** 32],
  }),
  uplinkRequestVector('uplink request for one slot', '2b 07 39 30 00 00 00 00', [SLOT]),
  uplinkRequestVector('uplink request for two slots', '2b 07 39 30 00 00 00 00 2c 01', [SLOT, SLOT + 300], [8]),
  statusVector('status of device 4', `28 07 01 04 06 03 03 80 00 00 00 64 00 00 00 ${bundleHex} 05 30 2e 31 2e 30`, {
    state: 'online',
    view: 4,
    views: 6,
    classes: 3,
    scoreBytes: 3,
    featureBytes: 128,
    slotMs: 100,
    bundle,
    version: '0.1.0',
  }),
  statusVector('last will of an edge', `28 07 00 ff 06 03 03 80 00 00 00 00 00 00 00 ${bundleHex} 00`, {
    state: 'offline',
    view: NO_VIEW,
    views: 6,
    classes: 3,
    scoreBytes: 3,
    featureBytes: 128,
    slotMs: 0,
    bundle,
    version: '',
  }),
  clockVector('clock question', '29 07 00 00 00 00 00 4a 93 40', { asked: 1234.5 }),
  clockVector(
    'clock answer',
    '29 07 00 00 00 00 00 4a 93 40 00 00 80 aa 6d b7 79 42',
    { asked: 1234.5, edge: 1_767_225_600_000 },
    [10], // an answer cut behind `asked` is a question: the topics tell them apart
  ),
  trafficVector(
    'traffic of an edge with one device',
    '2a 07 64 00 00 00 00 00 01 00 00 00 00 00 02 00 00 00 00 00 03 00 00 00 00 00 04 00 00 00 00 80 ' +
      '01 05 05 00 00 00 00 00 06 00 00 00 00 00 07 00 00 00 00 00 08 00 00 00 00 00',
    {
      samples: 100,
      uplink: { payloadUp: 1, wireUp: 2, wireDown: 3, session: 4 + 0x8000 * 2 ** 32 },
      devices: [{ view: 5, payloadUp: 5, wireUp: 6, wireDown: 7, session: 8 }],
    },
  ),
];

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.replaceAll(' ', '').match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The code with which `decode` refuses; fails where it accepts, or throws something else. */
function refusal(decode: () => unknown): FrameErrorCode {
  try {
    decode();
  } catch (error) {
    if (error instanceof FrameError) return error.code;
    throw error;
  }
  throw new Error('the frame was accepted');
}

/** Samples in a vector: one more than the places where it can be cut to a whole frame. */
function samplesOf({ wholeCuts = [] }: Vector): number {
  return wholeCuts.length + 1;
}

/** What is left of `means` behind a whole cut. */
function firstSamples({ kind, means }: Vector, count: number): unknown {
  if (kind === 'clock') return { asked: (means as ClockReading).asked };
  if (kind !== 'acknowledgement') return (means as readonly unknown[]).slice(0, count);
  const acknowledgement = means as Acknowledgement;
  return { ...acknowledgement, slots: acknowledgement.slots.slice(0, count) };
}

describe.each(vectors)('$name', (vector) => {
  const { hex, means, encode, decode, wholeCuts = [], openFrom = Number.POSITIVE_INFINITY } = vector;
  const bytes = bytesOf(hex);
  const samples = samplesOf(vector);

  it('has exactly these bytes', () => {
    expect(hexOf(encode())).toBe(hex.replaceAll(' ', ''));
  });

  it('is read back from these bytes', () => {
    expect(decode(bytes, EPOCH, samples)).toEqual(means);
  });

  it('is read back without an epoch', () => {
    expect(decode(bytes, undefined, samples)).toEqual(means);
  });

  it('is read from the middle of a larger buffer, as sockets deliver it', () => {
    const buffer = new Uint8Array(bytes.length + 12).fill(0xff);
    buffer.set(bytes, 5);
    expect(decode(buffer.subarray(5, 5 + bytes.length), EPOCH, samples)).toEqual(means);
  });

  it('is truncated at every length, but whole behind a sample', () => {
    for (let length = 0; length < bytes.length; length++) {
      const cut = () => decode(bytes.subarray(0, length), EPOCH, samples);
      const whole = wholeCuts.indexOf(length);
      if (length >= openFrom) expect(cut, `${length} bytes`).not.toThrow();
      else if (whole >= 0) expect(cut(), `${length} bytes`).toEqual(firstSamples(vector, whole + 1));
      else expect(refusal(cut), `${length} bytes`).toBe('DDNN_FRAME_TRUNCATED');
    }
  });

  it.skipIf(openFrom < bytes.length)('is refused with a byte too many', () => {
    const longer = new Uint8Array(bytes.length + 1);
    longer.set(bytes);
    // A clock question with a byte more is an answer cut short.
    const code = vector.name === 'clock question' ? 'DDNN_FRAME_TRUNCATED' : 'DDNN_FRAME_OVERSIZED';
    expect(refusal(() => decode(longer, EPOCH, samples))).toBe(code);
  });

  it('is refused in every other version', () => {
    for (let version = 0; version < 16; version++) {
      if (version === PROTOCOL_VERSION) continue;
      const other = bytes.slice();
      other[0] = (version << 4) | (bytes[0] & 15);
      expect(refusal(() => decode(other, EPOCH, samples))).toBe('DDNN_FRAME_VERSION');
    }
  });

  it('is refused as every other kind, known or not', () => {
    for (let kind = 0; kind < 16; kind++) {
      if (kind === FrameKind[vector.kind]) continue;
      const other = bytes.slice();
      other[0] = (PROTOCOL_VERSION << 4) | kind;
      expect(refusal(() => decode(other, EPOCH, samples))).toBe('DDNN_FRAME_KIND');
    }
  });

  it(vector.anyEpoch ? 'passes in any epoch' : 'is refused in another epoch', () => {
    const other = bytes.slice();
    other[1] = EPOCH + 1;
    if (vector.anyEpoch) expect(() => decode(other, EPOCH, samples)).not.toThrow();
    else expect(refusal(() => decode(other, EPOCH, samples))).toBe('DDNN_FRAME_EPOCH');
  });
});

describe('docs/protocol.md', () => {
  const page = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');
  // Blocks that open with "# name of a vector"; the hex stands left of the first two spaces.
  const shown = Array.from(page.matchAll(/^```text\n# (.+)\n([^`]*)^```/gm), ([, name, lines]) => {
    const hex = lines.split('\n').map((line) => line.split('  ')[0]);
    return [name, hex.join('').replaceAll(' ', '')] as const;
  });

  it('shows every frame of this file with its bytes, and no other', () => {
    expect(Object.fromEntries(shown)).toEqual(
      Object.fromEntries(vectors.map(({ name, hex }) => [name, hex.replaceAll(' ', '')])),
    );
  });

  it('has every kind among its examples', () => {
    expect(new Set(vectors.map(({ kind }) => kind))).toEqual(new Set(Object.keys(FrameKind)));
  });
});
