import { UpperTier } from '@ddnn/model';
import {
  decodeUplinkRequest,
  decodeVerdicts,
  type EdgeAnswer,
  encodeEdgeAnswer,
  encodeStatus,
  encodeUplinkFeatures,
  NO_CLASS,
  type Status,
  type UplinkSample,
} from '@ddnn/protocol';
import { describe, expect, it } from 'vitest';
import { EPOCH, edge, fallback, record, records, startCloud, twoEdges, until } from '../../test/live-cloud.js';
import { CloudExit } from './cloud-exit.js';

/** On a busy machine too, only the test that is about it meets the deadline. */
const PATIENT = { 'uplink.joinDeadlineMs': 600_000 };
const HASTY = { 'uplink.joinDeadlineMs': 1000 };
/** Views 0 and 2 belong to edge north, view 1 to edge south. */
const NORTH = Uint8Array.of(2, 0, 2);
const SOUTH = Uint8Array.of(0, 2, 0);

const answer = (slot: number, states: Uint8Array, says: Partial<EdgeAnswer> = {}): UplinkSample => ({
  slot,
  states,
  content: 'answer',
  body: encodeEdgeAnswer({ exit: 'local', classIndex: 0, uncertainty: 0.25, ...says }),
});
const nothing = (slot: number, states: Uint8Array): UplinkSample => ({
  slot,
  states,
  content: 'views',
  body: new Uint8Array(0),
});

/** A cloud whose site has two edges, each alive with the devices of its views. */
async function startSite(flags: Record<string, unknown> = PATIENT) {
  const started = await startCloud(flags, twoEdges);
  const { ports, get, bundle } = started;
  const { sizes } = new CloudExit(bundle);
  const status: Status = {
    state: 'online',
    view: 255,
    views: 3,
    classes: 3,
    scoreBytes: 3,
    featureBytes: bundle.shapes.device.featureBytes,
    slotMs: 0,
    bundle: bundle.hash,
    version: '0.1.0',
  };
  const live = async (name: string, views: readonly number[]) => {
    const { client, down, send } = await edge(ports, `plaza/${name}`);
    const say = (changes: Partial<Status>) => send('i', encodeStatus(EPOCH, { ...status, ...changes }));
    const sayDevice = (view: number, state: Status['state']) =>
      send(`i/${view}`, encodeStatus(EPOCH, { ...status, view, state }));
    await say({});
    for (const view of views) await sayDevice(view, 'online');
    const next = async () => {
      await until(() => down.length > 0);
      const { topic, payload } = down.shift()!;
      if (topic.endsWith('/q')) return { asked: decodeUplinkRequest(payload, EPOCH, 10) };
      if (topic.endsWith('/v')) return { verdict: decodeVerdicts(payload, 'verdict', EPOCH, 3, 10)[0] };
      return { refused: true };
    };
    const report = (sample: UplinkSample) => send('f', encodeUplinkFeatures(EPOCH, [sample], sizes));
    return { client, down, send, say, sayDevice, next, report };
  };
  const [north, south] = [await live('north', [0, 2]), await live('south', [1])];
  await until(async () => (await get('/v1/devices')).devices.filter(({ state }) => state === 'online').length === 3);
  const body = (seed: number) => Uint8Array.from({ length: sizes.edgeFeatureBytes }, (_, i) => i * seed);
  const features = (slot: number, states: Uint8Array, seed: number): UplinkSample => ({
    slot,
    states,
    content: 'edge',
    body: body(seed),
  });
  const cloudSays = (maps: (Uint8Array | null)[]) => {
    const tier = new UpperTier(bundle, 'cloud');
    tier.decide(
      maps,
      maps.reduce((mask, map, i) => (map ? mask | (1 << i) : mask), 0),
    );
    return { classIndex: tier.exit.classIndex, uncertainty: tier.exit.uncertainty };
  };
  return { ...started, north, south, live, features, body, cloudSays };
}

describe('a site with two edges', () => {
  it('has the class of the surer edge where both are sure, told to both and stored once', async () => {
    const { north, south, get } = await startSite();
    await north.report(answer(5, NORTH, { classIndex: 1, uncertainty: 0.25 }));
    await south.report(answer(5, SOUTH, { classIndex: 2, uncertainty: 0.125 }));
    for (const { next } of [north, south]) {
      const { verdict } = await next();
      expect(verdict).toMatchObject({ slot: 5, classIndex: 2, exit: 'local', reason: 'none' });
      expect(verdict!.states).toEqual(Uint8Array.of(2, 2, 2));
    }
    expect(await get('/v1/verdicts/plaza/5')).toMatchObject({ edge: 'south', exit: 'local', uncertainty: 0.25 });
    await south.report(answer(6, SOUTH, { exit: 'edge', classIndex: 2, uncertainty: 0.25 }));
    await north.report(answer(6, NORTH, { classIndex: 1, uncertainty: 0.25 }));
    // As sure as each other: the first edge of the bundle. One of them needed its edge exit.
    expect((await south.next()).verdict).toMatchObject({ slot: 6, classIndex: 1, exit: 'edge' });
    expect(await get('/v1/stats')).toMatchObject({ samples: 2, exits: { local: 1, edge: 1, cloud: 0, fallback: 0 } });
  });

  it('is answered by the cloud where one edge is not sure: the other is asked for its features', async () => {
    const { north, south, features, body, cloudSays } = await startSite();
    await north.report(answer(5, NORTH));
    await south.report(features(5, SOUTH, 73));
    expect(await north.next()).toEqual({ asked: [5] });
    expect(south.down).toEqual([]);
    await north.report(features(5, NORTH, 31));
    const { classIndex, uncertainty } = cloudSays([body(31), body(73)]);
    for (const { next } of [north, south]) {
      const { verdict } = await next();
      expect(verdict).toMatchObject({ slot: 5, classIndex, exit: 'cloud', states: Uint8Array.of(2, 2, 2) });
      expect(verdict!.uncertainty).toBeCloseTo(uncertainty, 2);
    }
  });

  it('asks again where an edge that was asked says again what it answers, as after a lost link', async () => {
    const { north, south, features } = await startSite();
    await north.report(answer(5, NORTH));
    await south.report(features(5, SOUTH, 73));
    expect(await north.next()).toEqual({ asked: [5] });
    await north.report(answer(5, NORTH));
    expect(await north.next()).toEqual({ asked: [5] });
    await north.report(features(5, NORTH, 31));
    expect((await north.next()).verdict).toMatchObject({ exit: 'cloud' });
  });

  it('leaves out an edge whose cameras see nothing', async () => {
    const { north, south } = await startSite();
    await north.report(nothing(5, Uint8Array.of(1, 0, 1)));
    await south.report(answer(5, SOUTH, { classIndex: 2 }));
    expect((await north.next()).verdict).toMatchObject({
      classIndex: 2,
      exit: 'local',
      states: Uint8Array.of(1, 2, 1),
    });
    await north.report(nothing(6, Uint8Array.of(1, 0, 1)));
    await south.report(nothing(6, Uint8Array.of(0, 1, 0)));
    await south.next();
    expect((await south.next()).verdict).toMatchObject({
      slot: 6,
      classIndex: NO_CLASS,
      exit: 'local',
      uncertainty: 0,
    });
  });

  it('does not wait for an edge that is gone, nor for one without a camera: their views are lost', async () => {
    const { north, south } = await startSite();
    await north.report(answer(5, NORTH));
    await south.say({ state: 'offline' });
    expect((await north.next()).verdict).toMatchObject({ slot: 5, exit: 'local', states: Uint8Array.of(2, 0, 2) });
    await south.say({});
    await north.report(answer(6, NORTH));
    await south.sayDevice(1, 'offline');
    expect((await north.next()).verdict).toMatchObject({ slot: 6, states: Uint8Array.of(2, 0, 2) });
  });

  it('goes on without an edge that is silent: its views are late, and what it says later changes nothing', async () => {
    const { north, south, get } = await startSite(HASTY);
    await north.report(answer(5, NORTH, { classIndex: 1 }));
    const { verdict } = await north.next();
    expect(verdict).toMatchObject({ classIndex: 1, exit: 'local', states: Uint8Array.of(2, 3, 2) });
    expect((await south.next()).verdict).toEqual(verdict);
    await south.report(answer(5, SOUTH, { classIndex: 2, uncertainty: 0 }));
    expect((await south.next()).verdict).toEqual(verdict);
    expect((await get('/v1/stats')).samples).toBe(1);
    expect(north.down).toEqual([]);
  });

  it.each([
    ['late', async () => {}, 3],
    ['lost', async (north: { say: (changes: Partial<Status>) => unknown }) => void north.say({ state: 'offline' }), 0],
  ] as const)('goes on without the features that it asked for: those views are %s', async (_, then, state) => {
    const { north, south, features, body, cloudSays } = await startSite(state === 3 ? HASTY : PATIENT);
    await north.report(answer(5, NORTH));
    await south.report(features(5, SOUTH, 73));
    await north.next();
    await then(north);
    const { classIndex } = cloudSays([null, body(73)]);
    const states = Uint8Array.of(state, 2, state);
    expect((await south.next()).verdict).toMatchObject({ classIndex, exit: 'cloud', states });
  });

  it('falls back to what an unsure edge said where no features came from any', async () => {
    const { north, south } = await startSite();
    await north.report(answer(5, Uint8Array.of(3, 0, 3), { exit: 'fallback', classIndex: 1, uncertainty: 0.75 }));
    await south.report(nothing(5, Uint8Array.of(0, 1, 0)));
    expect((await north.next()).verdict).toMatchObject({
      classIndex: 1,
      exit: 'fallback',
      reason: 'deadline',
      states: Uint8Array.of(3, 1, 3),
    });
  });

  it('keeps the fallback that an edge gave while the cloud was away, with the joined answer as its revision', async () => {
    const { north, south, get } = await startSite();
    await north.send('r', records(record(5, { ...fallback, classIndex: 1, uncertainty: 0.5, states: NORTH })));
    await until(async () => (await get('/v1/stats')).samples === 1);
    await north.report(answer(5, NORTH, { classIndex: 1 }));
    await south.report(answer(5, SOUTH, { classIndex: 2, uncertainty: 0 }));
    await until(async () => (await get('/v1/verdicts/plaza/5')).revised !== null);
    expect(await get('/v1/verdicts/plaza/5')).toMatchObject({
      exit: 'fallback',
      classIndex: 1,
      revised: { classIndex: 2 },
    });
  });

  it('refuses what can’t be of one edge: a second edge for the same views, views of several, features of none', async () => {
    const { north, south, features, metrics } = await startSite();
    await north.report(answer(5, NORTH));
    await south.report(answer(5, NORTH));
    expect(await south.next()).toEqual({ refused: true });
    for (const [slot, states] of [Uint8Array.of(2, 2, 0), Uint8Array.of(1, 0, 1)].entries()) {
      await south.report(features(10 + slot, states, 1));
      expect(await south.next()).toEqual({ refused: true });
    }
    expect(await metrics()).toContain('result="DDNN_CLOUD_CONTENT"');
    expect(north.down).toEqual([]);
  });

  it('is bounded: one sample more sends the oldest on', async () => {
    const { north, metrics } = await startSite({ ...PATIENT, 'uplink.maxJoins': 2 });
    for (const slot of [1, 2, 3]) await north.report(answer(slot, NORTH));
    expect((await north.next()).verdict).toMatchObject({ slot: 1, states: Uint8Array.of(2, 3, 2) });
    expect(await metrics()).toMatch(/ddnn_cloud_joins_crowded_total\S* 1\n/);
  });

  it('asks nobody for the features of a sample that has to go: the cloud answers on those that are there', async () => {
    const { north, south, live, features, body, cloudSays, get } = await startSite({
      ...PATIENT,
      'uplink.maxJoins': 2,
    });
    // A third edge that says nothing: every sample waits for it.
    await live('west', [2]);
    await until(async () => (await get('/v1/devices')).devices.length === 4);
    await north.report(answer(1, NORTH));
    for (const slot of [1, 2, 3]) await south.report(features(slot, SOUTH, 73));
    const { classIndex } = cloudSays([null, body(73)]);
    const expected = { slot: 1, classIndex, exit: 'cloud', states: Uint8Array.of(3, 2, 3) };
    expect((await north.next()).verdict).toMatchObject(expected);
  });
});
