import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openBundle, UpperTier } from '@ddnn/model';
import { randomBundle } from '@ddnn/model/testing';
import { encodeStatus, encodeUplinkFeatures, encodeVerdicts, NO_CLASS, NO_VIEW } from '@ddnn/protocol';
import { describe, expect, it } from 'vitest';
import {
  architecture,
  EPOCH,
  edge,
  fallback,
  features,
  folder,
  record,
  records,
  sample,
  sizes,
  startCloud,
  twoEdges,
  until,
} from '../../test/live-cloud.js';
import { CloudExit } from '../decide/cloud-exit.js';

describe('features on the uplink', () => {
  it('are decided by the cloud section, stored, and answered by one verdict frame', async () => {
    const { ports, get, bundle } = await startCloud();
    const { send, next } = await edge(ports);
    const samples = [sample(5), sample(6, { states: Uint8Array.of(0, 2, 3) }), sample(900)];
    await send('f', features(...samples));
    const { verdicts } = await next();
    const tier = new UpperTier(bundle, 'cloud');
    const bytes = bundle.shapes.device.featureBytes;
    const maps = [
      [samples[0].body.subarray(0, bytes), null, samples[0].body.subarray(bytes)],
      [null, samples[1].body, null],
      [samples[2].body.subarray(0, bytes), null, samples[2].body.subarray(bytes)],
    ];
    expect(verdicts).toHaveLength(3);
    for (const [i, { slot, states }] of samples.entries()) {
      tier.decide(maps[i], [0b101, 0b010, 0b101][i]);
      const { classIndex, uncertainty } = tier.exit;
      expect(verdicts![i]).toMatchObject({ slot, states, classIndex, exit: 'cloud', reason: 'none' });
      expect(verdicts![i].uncertainty).toBeCloseTo(uncertainty, 2);
      expect(await get(`/v1/verdicts/plaza/${slot}`)).toMatchObject({
        site: 'plaza',
        edge: 'north',
        slot,
        class: architecture.classes[classIndex],
        classIndex,
        uncertainty,
        exit: 'cloud',
        epoch: EPOCH,
        revised: null,
      });
    }
    expect(new Set(verdicts!.map(({ classIndex }) => classIndex)).size).toBeGreaterThan(1);
  });

  it('are answered by the same verdict when they come again, and change nothing', async () => {
    const { ports, get } = await startCloud();
    const { send, next } = await edge(ports);
    await send('f', features(sample(5)));
    const first = await next();
    const stored = await get('/v1/verdicts/plaza/5');
    await send('f', features(sample(5, { body: new Uint8Array(sample(5).body.length) })));
    expect(await next()).toEqual(first);
    expect(await get('/v1/verdicts/plaza/5')).toEqual(stored);
    expect((await get('/v1/stats')).samples).toBe(1);
  });

  it('revise a stored fallback and are then acknowledged by the cloud’s own answer', async () => {
    const { ports, get } = await startCloud();
    const { send, next } = await edge(ports);
    await send('r', records(record(5, fallback)));
    await next();
    await send('f', features(sample(5)));
    const { verdicts } = await next();
    expect(verdicts![0].exit).toBe('cloud');
    const stored = await get('/v1/verdicts/plaza/5');
    expect(stored).toMatchObject({ exit: 'fallback', reason: 'deadline', class: 'bus' });
    expect(stored.revised!.classIndex).toBe(verdicts![0].classIndex);
    expect(await get('/v1/stats')).toMatchObject({ samples: 1, revised: 1, exits: { fallback: 1, cloud: 0 } });
  });

  it('of a sample without a present view are class none', async () => {
    const { ports, get } = await startCloud();
    const { send, next } = await edge(ports);
    await send('f', features(sample(5, { states: Uint8Array.of(1, 1, 0) })));
    expect((await next()).verdicts![0].classIndex).toBe(NO_CLASS);
    expect((await get('/v1/verdicts?class=none')).verdicts).toHaveLength(1);
  });

  it('that this bundle has no use for are refused, and the others of the frame answered', async () => {
    const { ports } = await startCloud();
    const { send, next } = await edge(ports);
    await send(
      'f',
      features(sample(5, { content: 'answer', body: new Uint8Array(6) }), sample(6), sample(7, { content: 'edge' })),
    );
    expect((await next()).verdicts!.map(({ slot }) => slot)).toEqual([6]);
    expect((await next()).acknowledgement).toEqual({ of: 'uplinkFeatures', result: 'refused', slots: [5, 7] });
  });

  it('of an edge section are joined with its place among the edges', async () => {
    const { ports, bundle } = await startCloud({}, twoEdges);
    const { send, next } = await edge(ports);
    const edgeSizes = new CloudExit(bundle).sizes;
    const body = Uint8Array.from({ length: edgeSizes.edgeFeatureBytes }, (_, i) => i * 73);
    const both = [Uint8Array.of(2, 1, 0), Uint8Array.of(1, 2, 1)];
    const samples = both.map((states, slot) => ({ slot, states, content: 'edge' as const, body }));
    await send('f', encodeUplinkFeatures(EPOCH, samples, edgeSizes));
    // Joined sample by sample, so a frame each.
    const verdicts = [...(await next()).verdicts!, ...(await next()).verdicts!];
    const tier = new UpperTier(bundle, 'cloud');
    for (const place of [0, 1]) {
      tier.decide(place === 0 ? [body, null] : [null, body], 1 << place);
      expect(verdicts[place].classIndex).toBe(tier.exit.classIndex);
      expect(verdicts[place].uncertainty).toBeCloseTo(tier.exit.uncertainty, 2);
    }
  });
});

describe('records on the uplink', () => {
  it('are stored and acknowledged, also when they come again', async () => {
    const { ports, get } = await startCloud();
    const { send, next } = await edge(ports);
    const frame = records(
      record(1),
      record(2, { exit: 'edge', classIndex: NO_CLASS }),
      record(70_000 - 5000, fallback),
    );
    for (let i = 0; i < 2; i++) {
      await send('r', frame);
      expect((await next()).acknowledgement).toEqual({ of: 'record', result: 'stored', slots: [1] });
    }
    expect(await get('/v1/stats?site=plaza')).toMatchObject({
      samples: 3,
      exits: { local: 1, edge: 1, cloud: 0, fallback: 1 },
      classes: { bus: 2, none: 1 },
    });
  });

  it('of a fallback make the answer that the cloud had given its revision', async () => {
    const { ports, get, metrics } = await startCloud();
    const { send, next } = await edge(ports);
    await send('f', features(sample(5)));
    await next();
    await send('r', records(record(5, fallback)));
    expect((await next()).acknowledgement).toMatchObject({ result: 'stored', slots: [5] });
    const stored = await get('/v1/verdicts/plaza/5');
    expect(stored).toMatchObject({ exit: 'fallback', revised: { class: expect.any(String) } });
    expect(await metrics()).toContain('ddnn_cloud_verdicts_total{exit="fallback",outcome="revised",process="cloud"} 1');
  });

  it('with a class that the bundle does not have are refused', async () => {
    const { ports, get } = await startCloud();
    const { send, next } = await edge(ports);
    await send('r', records(record(1), record(2, { classIndex: 3 })));
    expect((await next()).acknowledgement).toEqual({ of: 'record', result: 'refused', slots: [1] });
    expect((await get('/v1/verdicts')).verdicts).toEqual([]);
  });
});

describe('frames that can’t be accepted', () => {
  it('stay at their edge where no bundle of their epoch is here, and are told under that epoch', async () => {
    const { ports, get, metrics } = await startCloud();
    const { send, next, down } = await edge(ports);
    await send('f', encodeUplinkFeatures(EPOCH + 1, [sample(5), sample(9)], sizes));
    await until(() => down.length > 0);
    expect(down[0].payload[1]).toBe(EPOCH + 1);
    expect((await next()).acknowledgement).toEqual({ of: 'uplinkFeatures', result: 'held', slots: [5] });
    expect((await get('/v1/verdicts')).verdicts).toEqual([]);
    expect(await metrics()).toContain(
      'ddnn_cloud_frames_total{kind="uplinkFeatures",result="DDNN_CLOUD_EPOCH",process="cloud"} 1',
    );
  });

  it('are taken under any epoch where they are records: that answer was given', async () => {
    const { ports, get } = await startCloud();
    const { send, next } = await edge(ports);
    await send('r', encodeVerdicts('record', EPOCH - 1, [record(5), record(6)]));
    expect((await next()).acknowledgement).toEqual({ of: 'record', result: 'stored', slots: [5] });
    expect(await get('/v1/verdicts/plaza/6')).toMatchObject({ class: 'bus', epoch: EPOCH - 1 });
  });

  it('of the epoch before are answered by the bundle before, where it is given', async () => {
    const before = join(folder, 'before.ddnn');
    writeFileSync(before, randomBundle(architecture, 2));
    const { ports, get } = await startCloud({ previousBundle: before });
    const { send } = await edge(ports);
    const [old, now] = [1, 2].map((seed) => openBundle(randomBundle(architecture, seed))).reverse();
    const exits = [new CloudExit(old), new CloudExit(now)];
    const samples = Array.from({ length: 30 }, (_, slot) => sample(slot));
    await send('f', encodeUplinkFeatures(EPOCH - 1, samples, sizes));
    await send('f', features(...samples.map((one) => ({ ...one, slot: one.slot + 100 }))));
    await until(async () => (await get('/v1/stats')).samples === 60);
    const said = await Promise.all(samples.map(({ slot }) => get(`/v1/verdicts/plaza/${slot}`)));
    const expected = samples.map((one) => exits[0].decide(one).uncertainty);
    expect(said.map(({ uncertainty }) => uncertainty)).toEqual(expected);
    expect(expected).not.toEqual(samples.map((one) => exits[1].decide(one).uncertainty));
    expect(new Set(said.map(({ epoch }) => epoch))).toEqual(new Set([EPOCH - 1]));
    expect(await get('/v1/verdicts/plaza/100')).toMatchObject({ epoch: EPOCH });
  });

  it('stay at an edge that has another bundle under the same epoch', async () => {
    const { ports, get, bundle } = await startCloud();
    const { send, next } = await edge(ports);
    const { featureBytes } = bundle.shapes.device;
    const sizes = { view: NO_VIEW, views: 3, classes: 3, scoreBytes: 3, featureBytes };
    const status = { state: 'online' as const, ...sizes, slotMs: 0, version: '0.1.0' };
    await send('i', encodeStatus(EPOCH, { ...status, bundle: new Uint8Array(32).fill(7) }));
    await send('f', features(sample(5)));
    expect((await next()).acknowledgement).toMatchObject({ of: 'uplinkFeatures', result: 'held' });
    await send('r', records(record(6)));
    expect((await next()).acknowledgement).toMatchObject({ of: 'record', result: 'held' });
    expect((await get('/v1/verdicts')).verdicts).toEqual([]);
    await send('i', encodeStatus(EPOCH, { ...status, bundle: bundle.hash }));
    await send('f', features(sample(5)));
    expect((await next()).verdicts).toHaveLength(1);
  });

  it('whose rest is damaged are refused by their first slot', async () => {
    const { ports } = await startCloud();
    const { send, next } = await edge(ports);
    await send('f', features(sample(2 ** 40 + 5), sample(2 ** 40 + 6)).subarray(0, -1));
    expect((await next()).acknowledgement).toMatchObject({ result: 'refused', slots: [2 ** 40 + 5] });
  });

  it('and say nothing are counted, and the next one is taken', async () => {
    const { ports, metrics } = await startCloud();
    const { send, next } = await edge(ports);
    for (const junk of [[], [0x99, 1], [0x25], [0x25, EPOCH, 1], Array(300).fill(0xff)])
      await send('f', Uint8Array.from(junk));
    for (const rest of ['t', 'i', 'i/0', 'r']) await send(rest, Uint8Array.of(1, 2, 3));
    await send('f', features(sample(5)));
    expect((await next()).verdicts).toHaveLength(1);
    expect(await metrics()).toContain(
      'ddnn_cloud_frames_total{kind="uplinkFeatures",result="DDNN_FRAME_VERSION",process="cloud"}',
    );
  });
});
