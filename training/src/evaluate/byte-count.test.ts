import { type Architecture, encodeBundle, openBundle, resolveArchitecture } from '@ddnn/model';
import { ViewState } from '@ddnn/protocol';
import { beforeEach, expect, test } from 'vitest';
import { ByteCount } from './byte-count.js';

const architecture: Architecture = {
  name: 'bytes',
  input: { height: 32, width: 32, channels: 3 },
  device: { section: [{ convp: { filters: 4 } }] },
  local: { aggregator: 'max' },
  cloud: { aggregator: 'concat', section: [] },
};
const resolved = resolveArchitecture(architecture, { views: 6, classes: ['a', 'b', 'c'] });
const exits = { local: { threshold: 0.5, step: 1 }, cloud: { threshold: 1, step: 1 } };
const bundle = openBundle(encodeBundle({ architecture: resolved, exits, figures: {} }, new Map()));
const verdict = {
  slot: 9,
  classIndex: 0,
  exit: 'local' as const,
  reason: 'none' as const,
  uncertainty: 0.2,
  states: new Uint8Array(6).fill(ViewState.present),
};

let bytes: ByteCount;
beforeEach(() => {
  bytes = new ByteCount(bundle);
});

// PUBLISH: 2 bytes of fixed header (3 from a remaining length of 128 on), 2 of topic length, 2 of packet id with QoS 1.

test('A summary is header, slot and scores on topic s/0, the scores its payload; an absent view has none', () => {
  bytes.summary(0, 9, Int8Array.of(1, 2, 3));
  bytes.finish();
  expect([bytes.payload, bytes.wire, bytes.uplink]).toEqual([3, 2 + 2 + 3 + 7, 0]);
  bytes.summary(1, 9, null);
  bytes.finish();
  expect([bytes.payload, bytes.wire, bytes.uplink]).toEqual([3, 14 + 2 + 2 + 3 + 4, 0]);
});

test('Features are asked for at QoS 0 and come at QoS 1 with a PUBACK; only they are payload, without their frame', () => {
  bytes.features(0, 9, new Uint8Array(128));
  bytes.finish();
  expect(bytes.payload).toBe(128);
  expect(bytes.wire).toBe(2 + 2 + 3 + 4 + (3 + 2 + 3 + 2 + 132) + 4);
});

test('An uncertain sample goes up with its present views and brings a verdict down', () => {
  const states = Uint8Array.of(ViewState.present, ViewState.absent, ViewState.present, 1, 1, 1);
  bytes.sendUp(0, 'views', new Uint8Array(256), { ...verdict, exit: 'cloud', states });
  bytes.finish();
  const up = 3 + 2 + 'u/s/e/f'.length + 2 + (2 + 6 + 1 + 2 + 256) + 4;
  const down = 2 + 2 + 'd/s/e/v'.length + 2 + (2 + 6 + 2 + 2) + 4;
  expect([bytes.payload, bytes.wire, bytes.uplink]).toEqual([0, 0, up + down]);
});

test('Records wait until they fill a frame, or until the end, and are acknowledged by their first slot', () => {
  bytes = new ByteCount(bundle, { records: 32 });
  for (let slot = 0; slot < 32; slot++) {
    expect(bytes.uplink).toBe(0);
    bytes.record(0, { ...verdict, slot });
  }
  const up = 2 + 2 + 'u/s/e/r'.length + 2 + (2 + 6 + 32 * 2 + 2) + 4;
  const down = 2 + 2 + 'd/s/e/a'.length + 2 + (2 + 2 + 6) + 4;
  expect(bytes.uplink).toBe(up + down);
  bytes.record(0, { ...verdict, slot: 40 });
  bytes.finish();
  expect(bytes.uplink).toBe(up + down + (2 + 2 + 7 + 2 + 12 + 4) + (2 + 2 + 7 + 2 + 10 + 4));
});

test('Samples that share a summary frame share requests, features, the frame up and the verdict down', () => {
  const batched = new ByteCount(bundle, { samples: 4 });
  const states = Uint8Array.of(ViewState.present, 1, 1, 1, 1, 1);
  const answer = (slot: number, uncertain: boolean) => {
    batched.summary(0, slot, slot === 6 ? null : Int8Array.of(1, 2, 3));
    if (!uncertain) return;
    batched.features(0, slot, new Uint8Array(128));
    batched.sendUp(0, 'views', new Uint8Array(128), { ...verdict, slot, exit: 'cloud', states });
  };
  // Frames of slots 5 to 7, then 8 on.
  for (const [slot, uncertain] of [
    [5, true],
    [6, false],
    [7, true],
    [8, false],
  ] as const)
    answer(slot, uncertain);
  batched.finish();
  const summaries = 2 + 2 + 3 + 2 + (2 + 3) + 1 + (1 + 3) + (2 + 2 + 3 + 2 + 5);
  const asked = 2 + 2 + 3 + 2 + (2 + 1);
  const features = 3 + 2 + 3 + 2 + 2 + (2 + 128) + (1 + 128) + 4;
  expect(batched.wire).toBe(summaries + asked + features);
  expect(batched.payload).toBe(3 * 3 + 2 * 128);
  const up = 3 + 2 + 'u/s/e/f'.length + 2 + 2 + (6 + 1 + 2 + 128) + (2 + 1 + 2 + 128) + 4;
  const down = 2 + 2 + 'd/s/e/v'.length + 2 + 2 + (6 + 2 + 2) + (2 + 1) + 4;
  expect(batched.uplink).toBe(up + down);
});

test('Batches that no agent and no edge makes are refused', () => {
  for (const batching of [{ samples: 0 }, { samples: 129 }, { records: 1025 }, { records: 1.5 }])
    expect(() => new ByteCount(bundle, batching)).toThrow(expect.objectContaining({ code: 'DDNN_TRAINING_OPTION' }));
});
