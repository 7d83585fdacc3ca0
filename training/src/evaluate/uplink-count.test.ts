import { openBundle, type ResolvedArchitecture } from '@ddnn/model';
import { randomBundle } from '@ddnn/model/testing';
import { ViewState } from '@ddnn/protocol';
import { expect, test } from 'vitest';
import { ByteCount } from './byte-count.js';
import { Tiers } from './tiers.js';
import { countUplink } from './uplink-count.js';

const architecture: ResolvedArchitecture = {
  name: 'two edges',
  input: { height: 8, width: 8, channels: 1 },
  views: 3,
  classes: ['a', 'b'],
  device: { section: [{ convp: { filters: 4 } }] },
  local: { aggregator: 'max' },
  edge: { aggregator: 'concat', section: [{ convp: { filters: 4 } }], groups: [[0, 2], [1]] },
  cloud: { aggregator: 'concat', section: [] },
};
const bundle = openBundle(randomBundle(architecture, 1));
const { present, absent, lost } = ViewState;
const all = [present, present, present];

/** Bytes of a PUBLISH at QoS 1 with its PUBACK; topics `u/s/e/f` and `u/s/e1/f`, and as long ones downwards. */
const packet = (edge: number, payload: number) => 2 + 2 + 7 + edge + 2 + payload + 4;
const FEATURES = 2;
const ANSWER = 2 + 6 + 1 + 1 + 6;
const VERDICT = 2 + 6 + 2 + 1;
const told = packet(0, VERDICT) + packet(1, VERDICT);

function counted(states: number[], exit: 'local' | 'edge' | 'cloud', confident: readonly (boolean | undefined)[]) {
  const bytes = new ByteCount(bundle);
  const tiers = new Tiers(bundle);
  tiers.present(states.map((state) => (state === present ? new Uint8Array(64) : null)));
  const speaking = confident.flatMap((sure, edge) => (sure === undefined ? [] : [{ edge, confident: sure }]));
  for (const { edge } of speaking) tiers.edge(edge);
  const verdict = {
    slot: 5,
    classIndex: 0,
    exit,
    reason: 'none' as const,
    uncertainty: 0,
    states: Uint8Array.from(states),
  };
  countUplink(tiers, bytes, verdict, speaking);
  bytes.finish();
  return bytes.uplink;
}

test('Two sure edges send an answer each, and hear the verdict', () => {
  expect(counted(all, 'edge', [true, true])).toBe(packet(0, ANSWER) + packet(1, ANSWER) + told);
});

test('Where one is not sure, the other is asked, and both send features', () => {
  expect(bundle.shapes.edges[0].featureBytes).toBe(FEATURES);
  const features = 2 + 6 + 1 + 1 + FEATURES;
  const asked = packet(0, ANSWER) + packet(0, 2 + 6) + packet(0, features);
  expect(counted(all, 'cloud', [true, false])).toBe(asked + packet(1, features) + told);
});

test('An edge whose cameras see nothing says so; one without cameras is silent', () => {
  const nothing = 2 + 6 + 1 + 1;
  expect(counted([present, absent, present], 'local', [true, undefined])).toBe(
    packet(0, ANSWER) + packet(1, nothing) + told,
  );
  expect(counted([present, lost, present], 'local', [true, undefined])).toBe(packet(0, ANSWER) + told);
  expect(counted([absent, absent, lost], 'local', [])).toBe(packet(0, nothing) + packet(1, nothing) + told);
});
