import { createLocalTier, createRandom, UpperTier, uplinkSizes } from '@ddnn/model';
import { decodeUplinkFeatures, NO_CLASS, type Verdict, ViewState } from '@ddnn/protocol';
import { describe, expect, it } from 'vitest';
import { pathRig, type Rig } from '../../test/path-rig.js';
import { EPOCH, until, withEdge } from '../../test/tiny-site.js';

const { present, absent, lost, late } = ViewState;
const later = (ms = 100_000) => performance.now() + ms;
const cloudSays = (slot: number): Verdict => ({
  slot,
  classIndex: 1,
  exit: 'cloud',
  reason: 'none',
  uncertainty: 0.1,
  states: Uint8Array.of(2, 2, 2),
});
const brief = ({ verdicts }: Rig) => verdicts.map(({ slot, exit, reason }) => [slot, exit, reason]);

/** A sample of which every view is there and every feature came. */
async function sendUp(rig: Rig, slot: number): Promise<void> {
  for (const view of [0, 1, 2]) rig.summary(slot, view);
  const before = rig.uplinks;
  for (const view of [0, 1, 2]) await rig.features(slot, view);
  await until(() => rig.uplinks > before);
}

describe('the way of a sample', () => {
  it('ends at the local exit where that is confident: what it says is the answer, and nothing is asked for', async () => {
    const rig = await pathRig({ local: 1 });
    for (const view of [0, 1, 2]) rig.summary(5, view);
    const tier = createLocalTier(rig.bundle, 0, 1)!;
    const scores = Int8Array.from([0, 1, 2].flatMap((view) => [...new Int8Array(rig.devices.scores(5, view).buffer)]));
    tier.decide(scores, 0, 0b111);
    expect(rig.verdicts).toEqual([
      {
        slot: 5,
        classIndex: tier.exit.classIndex,
        uncertainty: tier.exit.uncertainty,
        exit: 'local',
        reason: 'none',
        states: Uint8Array.of(present, present, present),
      },
    ]);
    expect(rig.requests).toEqual([]);
    await rig.drain();
    expect(rig.outbox.size).toBe(0);
  });

  it('goes on to the cloud where it is not: present views are asked, and their features go up byte for byte', async () => {
    const rig = await pathRig();
    rig.summary(5, 0);
    rig.summary(5, 1, false);
    rig.summary(5, 2);
    expect(rig.requests).toEqual([
      [0, 5],
      [2, 5],
    ]);
    expect(await rig.features(5, 2)).toBe('taken');
    expect(await rig.features(5, 0)).toBe('taken');
    await until(() => rig.uplinks === 1);
    const [sample] = await rig.stored();
    expect(sample).toMatchObject({ slot: 5, content: 'views', states: Uint8Array.of(present, absent, present) });
    expect([...sample.body]).toEqual([...rig.devices.features(5, 0), ...rig.devices.features(5, 2)]);
    expect(rig.verdicts).toEqual([]);
    expect(rig.cloudSays(cloudSays(5))).toBe(true);
    expect(rig.cloudSays(cloudSays(5))).toBe(false);
    expect(brief(rig)).toEqual([[5, 'cloud', 'none']]);
  });

  it('ends at once, as class none, where every view is absent', async () => {
    const rig = await pathRig();
    for (const view of [0, 1, 2]) rig.summary(5, view, false);
    expect(rig.verdicts).toMatchObject([{ slot: 5, classIndex: NO_CLASS, exit: 'local', uncertainty: 0 }]);
    expect(rig.requests).toEqual([]);
  });

  it('names a view that is late, and one that is lost', async () => {
    const rig = await pathRig({ local: 1 });
    rig.die(2);
    rig.summary(5, 0);
    expect(rig.verdicts).toEqual([]);
    rig.path.expire(later());
    expect(rig.verdicts[0].states).toEqual(Uint8Array.of(present, late, lost));
    expect(rig.summary(5, 1)).toBe('late');
    expect(rig.verdicts).toHaveLength(1);
  });

  it('goes on without features that do not come in time', async () => {
    const rig = await pathRig();
    for (const view of [0, 1, 2]) rig.summary(5, view);
    await rig.features(5, 1);
    rig.path.expire(later());
    await until(() => rig.uplinks === 1);
    expect(await rig.features(5, 0)).toBe('unwanted');
    const [{ states, body }] = await rig.stored();
    expect(states).toEqual(Uint8Array.of(late, present, late));
    expect([...body]).toEqual([...rig.devices.features(5, 1)]);
  });

  it('has features in time that arrive in time, however long the disk takes for them', async () => {
    const rig = await pathRig();
    for (const view of [0, 1, 2]) rig.summary(5, view);
    const offered = [0, 1].map((view) => rig.features(5, view));
    rig.path.expire(later());
    expect(await Promise.all(offered)).toEqual(['taken', 'taken']);
    await until(() => rig.uplinks === 1);
    const [{ states, body }] = await rig.stored();
    expect(states).toEqual(Uint8Array.of(present, present, late));
    expect([...body]).toEqual([0, 1].flatMap((view) => [...rig.devices.features(5, view)]));
  });

  it('goes on with features that the disk does not take, and confirms them to nobody', async () => {
    const rig = await pathRig({ of: withEdge, edge: 1 });
    for (const view of [0, 1, 2]) rig.summary(5, view);
    rig.outbox.putPart = () => Promise.reject(new Error('no space'));
    const offered = await Promise.all([0, 1, 2].map((view) => rig.features(5, view)));
    expect(offered).toEqual(['unwritten', 'unwritten', 'unwritten']);
    expect(rig.verdicts).toMatchObject([{ exit: 'edge', states: Uint8Array.of(present, present, present) }]);
    expect(rig.errors).toHaveLength(3);
  });

  it('sends up what comes after the fallback, to revise it: once, and by a view that took part', async () => {
    const rig = await pathRig();
    for (const view of [0, 1]) rig.summary(5, view);
    rig.summary(5, 2, false);
    rig.path.expire(later());
    expect(brief(rig)).toEqual([[5, 'fallback', 'deadline']]);
    expect(await rig.features(5, 2)).toBe('unwanted');
    expect(await rig.features(5, 1)).toBe('taken');
    expect(await rig.features(5, 0)).toBe('taken');
    await until(() => rig.uplinks === 1);
    expect((await rig.stored())[0].states).toEqual(Uint8Array.of(present, present, absent));
    expect(rig.outbox.features(5)).toMatchObject({ fallback: 'deadline' });
    expect(await rig.features(5, 1)).toBe('unwanted');
    expect(rig.cloudSays(cloudSays(5))).toBe(false);
    await rig.drain();
    expect(brief(rig)).toHaveLength(1);
    expect(await rig.outbox.interrupted()).toEqual([]);
  });

  it('sends up after all what could not be written, once the disk takes it', async () => {
    const rig = await pathRig();
    for (const view of [0, 1, 2]) rig.summary(5, view);
    const { put } = rig.outbox;
    rig.outbox.put = () => Promise.reject(new Error('no space'));
    for (const view of [0, 1, 2]) expect(await rig.features(5, view)).toBe('taken');
    await until(() => rig.verdicts.length === 1);
    expect(brief(rig)).toEqual([[5, 'fallback', 'dropped']]);
    rig.outbox.put = put;
    rig.path.expire(later());
    await until(() => rig.uplinks === 1);
    expect((await rig.stored())[0].body).toHaveLength(3 * rig.devices.features(5, 0).length);
    expect(rig.outbox.features(5)).toMatchObject({ fallback: 'dropped' });
  });

  it('falls back where more samples wait for features than may: the oldest, which says so and is counted', async () => {
    const rig = await pathRig({ samples: 2 });
    for (const slot of [5, 6, 7]) for (const view of [0, 1, 2]) rig.summary(slot, view);
    expect(brief(rig)).toEqual([[5, 'fallback', 'crowded']]);
    expect(rig.crowded).toEqual(['features']);
  });

  it('closes an open sample whose place another needs, and counts it', async () => {
    const rig = await pathRig({ samples: 2, local: 1 });
    rig.summary(5, 0);
    rig.summary(7, 0);
    expect(rig.verdicts).toMatchObject([{ slot: 5, exit: 'local', states: Uint8Array.of(present, late, late) }]);
    expect(rig.crowded).toEqual(['summaries']);
  });

  it('refuses new samples while the outbox is full, where it is told to: a fallback at once, which is counted', async () => {
    const rig = await pathRig({ outbox: { maxSamples: 2, whenFull: 'refuse' } });
    for (const slot of [5, 6]) await sendUp(rig, slot);
    await rig.outbox.putRecords([{ slot: 1, frame: Uint8Array.of(0x40, EPOCH), grows: false }], undefined);
    for (const view of [0, 1, 2]) rig.summary(7, view);
    expect(brief(rig)).toEqual([[7, 'fallback', 'dropped']]);
    expect(rig.drops).toEqual([
      [1, 'full'],
      [7, 'full'],
    ]);
    expect((await rig.stored()).map(({ slot }) => slot)).toEqual([5, 6]);
    await rig.outbox.acknowledge('features', 5);
    await sendUp(rig, 8);
    expect((await rig.stored()).map(({ slot }) => slot)).toEqual([6, 8]);
  });

  it('falls back to the best exit so far where no features come at all', async () => {
    const rig = await pathRig();
    for (const view of [0, 1, 2]) rig.summary(5, view);
    rig.path.expire(later());
    expect(brief(rig)).toEqual([[5, 'fallback', 'deadline']]);
    expect(rig.verdicts[0].classIndex).toBeLessThan(3);
    expect(rig.verdicts[0].states).toEqual(Uint8Array.of(late, late, late));
    await rig.drain();
    expect(rig.outbox.size).toBe(0);
    expect(await rig.outbox.interrupted()).toMatchObject([{ slot: 5, fallback: 'deadline' }]);
    rig.path.expire(later());
    await rig.drain();
    expect(await rig.outbox.interrupted()).toEqual([]);
  });

  it('does not wait for a device that dies between its summary and its features', async () => {
    const rig = await pathRig();
    for (const view of [0, 1, 2]) rig.summary(5, view);
    await rig.features(5, 0);
    await rig.features(5, 2);
    expect(rig.uplinks).toBe(0);
    rig.die(1);
    await until(() => rig.uplinks === 1);
    expect((await rig.stored())[0].states).toEqual(Uint8Array.of(present, lost, present));
  });

  it('does not ask a device that died while the others still answered', async () => {
    const rig = await pathRig();
    rig.summary(5, 1);
    rig.die(1);
    rig.summary(5, 0);
    rig.summary(5, 2);
    expect(rig.requests).toEqual([
      [0, 5],
      [2, 5],
    ]);
    await rig.features(5, 0);
    await rig.features(5, 2);
    await until(() => rig.uplinks === 1);
    expect((await rig.stored())[0].states).toEqual(Uint8Array.of(present, lost, present));
  });

  it('tells features that the device no longer has from those that come', async () => {
    const rig = await pathRig();
    for (const view of [0, 1, 2]) rig.summary(5, view);
    expect(await rig.path.offerFeatures(5, 0, null)).toBe('taken');
    await rig.features(5, 1);
    await rig.features(5, 2);
    await until(() => rig.uplinks === 1);
    expect((await rig.stored())[0].states).toEqual(Uint8Array.of(late, present, present));
  });

  it('has features on disk when they are taken, and takes only those it asked for', async () => {
    const rig = await pathRig();
    rig.summary(5, 0);
    rig.summary(5, 1, false);
    expect(await rig.features(5, 0)).toBe('unwanted');
    rig.summary(5, 2);
    expect(await rig.features(5, 1)).toBe('unwanted');
    expect(await rig.features(6, 0)).toBe('unwanted');
    expect(await rig.features(5, 0)).toBe('taken');
    const [{ maps }] = await rig.outbox.interrupted();
    expect([...maps[0]!]).toEqual([...rig.devices.features(5, 0)]);
    expect(maps.slice(1)).toEqual([undefined, undefined]);
  });
});

describe('a cloud out of reach', () => {
  it('is a fallback at once; the features wait, and a later answer is not given a second time', async () => {
    const rig = await pathRig();
    rig.reachable = false;
    await sendUp(rig, 5);
    expect(brief(rig)).toEqual([[5, 'fallback', 'unreachable']]);
    expect((await rig.stored()).map(({ slot }) => slot)).toEqual([5]);
    rig.reachable = true;
    expect(rig.cloudSays(cloudSays(5))).toBe(false);
    rig.path.expire(later());
    expect(rig.verdicts).toHaveLength(1);
  });

  it('that too many samples wait for gives the oldest its fallback, which says so and is counted', async () => {
    const rig = await pathRig({ samples: 2 });
    for (const slot of [5, 6, 7]) await sendUp(rig, slot);
    expect(brief(rig)).toEqual([[5, 'fallback', 'crowded']]);
    expect(rig.crowded).toEqual(['cloud']);
    expect(rig.path.waiting.cloud).toBe(2);
  });

  it('that answers too late is a fallback with the reason deadline', async () => {
    const rig = await pathRig();
    await sendUp(rig, 5);
    rig.path.expire(later(2000));
    expect(rig.verdicts).toEqual([]);
    rig.path.expire(later(3000));
    expect(brief(rig)).toEqual([[5, 'fallback', 'deadline']]);
    expect(rig.cloudSays(cloudSays(5))).toBe(false);
    rig.path.cloudLost();
    expect(rig.verdicts).toHaveLength(1);
    expect(rig.outbox.has('features', 5)).toBe(true);
  });

  it('whose link breaks, or that refuses, gives a fallback with that reason', async () => {
    const rig = await pathRig();
    for (const slot of [5, 6]) await sendUp(rig, slot);
    rig.path.giveUp(6, 'refused');
    rig.path.cloudLost();
    expect(brief(rig)).toEqual([
      [6, 'fallback', 'refused'],
      [5, 'fallback', 'unreachable'],
    ]);
  });
});

describe('an edge section', () => {
  it('answers where its exit is confident, and leaves nothing behind', async () => {
    const rig = await pathRig({ of: withEdge, edge: 1 });
    for (const view of [0, 1, 2]) rig.summary(5, view);
    for (const view of [0, 1, 2]) await rig.features(5, view);
    const tier = new UpperTier(rig.bundle, 'edge', 0, 1);
    tier.decide(
      [0, 1, 2].map((view) => rig.devices.features(5, view)),
      0b111,
    );
    expect(rig.verdicts).toMatchObject([{ slot: 5, exit: 'edge', classIndex: tier.exit.classIndex }]);
    await rig.drain();
    expect(rig.outbox.size).toBe(0);
    expect(await rig.outbox.interrupted()).toEqual([]);
  });

  it('sends its own features up where it is not, and its exit is the fallback', async () => {
    const rig = await pathRig({ of: withEdge, edge: 0 });
    await sendUp(rig, 5);
    const tier = new UpperTier(rig.bundle, 'edge', 0, 0);
    tier.decide(
      [0, 1, 2].map((view) => rig.devices.features(5, view)),
      0b111,
    );
    const [{ content, body }] = await rig.stored();
    expect(content).toBe('edge');
    expect([...body]).toEqual([...tier.features]);
    rig.path.cloudLost();
    expect(rig.verdicts).toMatchObject([{ classIndex: tier.exit.classIndex, uncertainty: tier.exit.uncertainty }]);
  });
});

describe('after a restart', () => {
  it('what waited for the cloud waits again; its fallback names the views that took part', async () => {
    const first = await pathRig();
    first.summary(5, 0);
    first.summary(5, 1, false);
    first.summary(5, 2);
    for (const view of [0, 2]) await first.features(5, view);
    await first.drain();
    await first.outbox.stop();
    const second = await pathRig({ folder: first.folder });
    expect(second.verdicts).toEqual([]);
    expect(second.path.waiting.cloud).toBe(1);
    second.path.cloudLost();
    expect(second.verdicts).toMatchObject([{ slot: 5, states: Uint8Array.of(present, absent, present) }]);
    expect(second.verdicts[0].classIndex).toBeLessThan(3);
  });

  it('what had its fallback is not answered again', async () => {
    const first = await pathRig();
    first.reachable = false;
    await sendUp(first, 5);
    await first.drain();
    await first.outbox.stop();
    const second = await pathRig({ folder: first.folder });
    second.path.expire(later());
    second.path.cloudLost();
    expect(second.cloudSays(cloudSays(5))).toBe(false);
    expect(second.verdicts).toEqual([]);
  });

  it('what was gathering features goes on with those that were taken', async () => {
    const first = await pathRig();
    for (const view of [0, 1, 2]) first.summary(5, view);
    await first.features(5, 1);
    await first.outbox.stop();
    const second = await pathRig({ folder: first.folder });
    await until(() => second.uplinks === 1);
    const [{ states, body }] = await second.stored();
    expect(states[1]).toBe(present);
    expect([...body]).toEqual([...second.devices.features(5, 1)]);
    expect(second.path.waiting.cloud).toBe(1);
    expect(await second.outbox.interrupted()).toEqual([]);
  });

  it('what waited under another epoch has its fallback under that', async () => {
    const first = await pathRig();
    await sendUp(first, 5);
    await first.drain();
    await first.outbox.stop();
    const second = await pathRig({ folder: first.folder, epoch: EPOCH + 1 });
    second.path.cloudLost();
    expect(brief(second)).toEqual([[5, 'fallback', 'unreachable']]);
    expect(second.epochs).toEqual([EPOCH]);
  });

  it('what had its fallback before any features came is not answered again; features that had come go up', async () => {
    const first = await pathRig();
    for (const slot of [5, 6]) for (const view of [0, 1, 2]) first.summary(slot, view);
    first.path.expire(later());
    expect(brief(first)).toEqual([
      [5, 'fallback', 'deadline'],
      [6, 'fallback', 'deadline'],
    ]);
    expect(await first.features(5, 1)).toBe('taken');
    await first.drain();
    await first.outbox.stop();
    const second = await pathRig({ folder: first.folder });
    await second.drain();
    expect(second.verdicts).toEqual([]);
    expect((await second.stored()).map(({ slot }) => slot)).toEqual([5]);
    expect(await second.outbox.interrupted()).toEqual([]);
  });

  it('features of another epoch go up under it, for a cloud that has its bundle still', async () => {
    const first = await pathRig();
    for (const view of [0, 1, 2]) first.summary(5, view);
    await first.features(5, 1);
    await first.outbox.stop();
    const second = await pathRig({ folder: first.folder, epoch: EPOCH + 1 });
    expect(brief(second)).toEqual([[5, 'fallback', 'dropped']]);
    expect(second.epochs).toEqual([EPOCH]);
    await second.drain();
    const [entry] = second.outbox.entries();
    const frame = (await second.outbox.read(entry))!;
    const [{ states, body }] = decodeUplinkFeatures(frame, EPOCH, uplinkSizes(second.bundle), 1);
    expect([...states]).toEqual([lost, present, lost]);
    expect([...body]).toEqual([...first.devices.features(5, 1)]);
    expect(await second.outbox.interrupted()).toEqual([]);
    expect(second.drops).toEqual([]);
  });

  it.each([
    ['epoch, and an edge section', { epoch: EPOCH + 1, of: withEdge, edge: 0 }],
    ['feature size', { of: { ...withEdge, device: { section: [{ convp: { filters: 9 } }] } } }],
  ])('features of another %s are never fused, and cost only themselves', async (_, options) => {
    const first = await pathRig();
    for (const view of [0, 1, 2]) first.summary(5, view);
    await first.features(5, 1);
    await first.outbox.stop();
    const second = await pathRig({ folder: first.folder, ...options });
    expect(brief(second)).toEqual([[5, 'fallback', 'dropped']]);
    await second.drain();
    expect(second.drops).toEqual([[5, 'unfit']]);
    expect(second.outbox.size).toBe(0);
    expect(await second.outbox.interrupted()).toEqual([]);
  });
});

describe('whatever happens', () => {
  it.each([1, 2, 3, 4])('each sample has exactly one verdict (seed %i)', async (seed) => {
    const random = createRandom(seed);
    const pick = (n: number) => Math.floor(random() * n);
    // Each exit is sure of about half of what it gets.
    const rig = await pathRig({ local: 0.5, ...(seed % 2 ? {} : { of: withEdge, edge: 0.25 }) });
    const seen = new Set<number>();
    let offered: Promise<unknown>[] = [];
    let next = 0;
    for (let step = 0; step < 4000; step++) {
      const slot = Math.max(0, next - pick(12));
      const view = pick(3);
      const chance = random();
      if (chance < 0.1) next++;
      else if (chance < 0.5) {
        // A slot that was evicted long ago cannot come: it is `late`, whoever sends it.
        if (rig.summary(slot, view, random() < 0.8) !== 'late') seen.add(slot);
      } else if (chance < 0.8) {
        offered.push(rig.features(slot, view).catch((error) => rig.errors.push(error)));
      } else if (chance < 0.83) void rig.path.offerFeatures(slot, view, null);
      else if (chance < 0.86) {
        if (rig.live.has(view)) rig.die(view);
        else {
          rig.live.add(view);
          rig.path.setLive(view, true);
        }
      } else if (chance < 0.865) rig.path.expire(later(pick(2) * 400));
      else if (chance < 0.875) {
        rig.reachable = !rig.reachable;
        if (!rig.reachable) rig.path.cloudLost();
      } else if (chance < 0.95) {
        for (const entry of rig.outbox.entries()) {
          if (random() < 0.5) continue;
          rig.cloudSays(cloudSays(entry.slot));
          void rig.outbox.acknowledge('features', entry.slot);
        }
      } else if (pick(2)) await new Promise((resolve) => setTimeout(resolve, 1));
      else {
        // However slow the disk is, some features are on it before the next calamity, or no sample would reach the
        // cloud.
        await Promise.all(offered);
        offered = [];
      }
    }
    await rig.drain();
    await Promise.all(offered);
    await rig.drain();
    rig.path.expire(later());
    await rig.drain();
    const slots = rig.verdicts.map(({ slot }) => slot).sort((a, b) => a - b);
    expect(slots).toEqual([...seen].sort((a, b) => a - b));
    expect(rig.errors).toEqual([]);
    expect(await rig.outbox.interrupted()).toEqual([]);
    const exits = new Set(rig.verdicts.map(({ exit }) => exit));
    expect(exits).toEqual(new Set(['local', 'cloud', 'fallback', ...(seed % 2 ? [] : ['edge'])]));
  });
});
