import { createLocalTier, UpperTier } from '@ddnn/model';
import { decodeEdgeAnswer, NO_CLASS, type Verdict, ViewState } from '@ddnn/protocol';
import { describe, expect, it } from 'vitest';
import { pathRig, type Rig } from '../../test/path-rig.js';
import { twoEdges, until } from '../../test/tiny-site.js';

const { present, absent, lost, late } = ViewState;
const later = () => performance.now() + 100_000;
const cloudSays = (slot: number): Verdict => ({
  slot,
  classIndex: 1,
  exit: 'local',
  reason: 'none',
  uncertainty: 0.1,
  states: Uint8Array.of(2, 2, 2),
});
const brief = ({ verdicts }: Rig) => verdicts.map(({ slot, exit, reason }) => [slot, exit, reason]);

/** The first of two edges: views 2 and 0, in that order. */
const firstEdge = (options: Parameters<typeof pathRig>[0] = {}) => pathRig({ of: twoEdges, group: 0, ...options });

async function summaries(rig: Rig, slot: number): Promise<void> {
  for (const view of [0, 2]) rig.summary(slot, view);
}
async function features(rig: Rig, slot: number): Promise<void> {
  for (const view of [0, 2]) await rig.features(slot, view);
}
const maps = (rig: Rig, slot: number) => [2, 0].map((view) => rig.devices.features(slot, view));

describe('one edge of several', () => {
  it('tells the cloud what its local exit is sure of, and gives the verdict that comes back', async () => {
    const rig = await firstEdge({ local: 1 });
    await summaries(rig, 5);
    await until(() => rig.uplinks === 1);
    const tier = createLocalTier(rig.bundle, 0, 1)!;
    tier.decide(Int8Array.from([2, 0].flatMap((view) => [...new Int8Array(rig.devices.scores(5, view).buffer)])), 0, 3);
    const [{ content, states, body }] = await rig.stored();
    expect([content, ...states]).toEqual(['answer', present, lost, present]);
    const { classIndex, uncertainty } = tier.exit;
    expect(decodeEdgeAnswer(body)).toEqual({ exit: 'local', classIndex, uncertainty: Math.fround(uncertainty) });
    expect(rig.requests).toEqual([]);
    expect(rig.verdicts).toEqual([]);
    expect(rig.path.cloudVerdict(cloudSays(5))).toBe(true);
    expect(rig.path.cloudVerdict(cloudSays(5))).toBe(false);
    expect(rig.verdicts).toEqual([cloudSays(5)]);
  });

  it('sends the features that it is asked for: its devices’ through its section, byte for byte', async () => {
    const rig = await firstEdge({ local: 1 });
    await summaries(rig, 5);
    await until(() => rig.uplinks === 1);
    rig.path.askedByCloud(5);
    rig.path.askedByCloud(5);
    expect(rig.requests).toEqual([
      [2, 5],
      [0, 5],
    ]);
    await features(rig, 5);
    await until(() => rig.uplinks === 2);
    const tier = new UpperTier(rig.bundle, 'edge', 0);
    tier.decide(maps(rig, 5), 0b11);
    const stored = await rig.stored();
    expect(stored).toHaveLength(1);
    expect(stored[0]).toMatchObject({ content: 'edge', states: Uint8Array.of(present, lost, present) });
    expect([...stored[0].body]).toEqual([...tier.features]);
    await rig.path.drain();
    expect(await rig.outbox.interrupted()).toEqual([]);
    expect(rig.verdicts).toEqual([]);
  });

  it('has the features of its edge exit at hand: no device is asked twice', async () => {
    const rig = await firstEdge({ edge: 1 });
    await summaries(rig, 5);
    await features(rig, 5);
    await until(() => rig.uplinks === 1);
    const tier = new UpperTier(rig.bundle, 'edge', 0);
    tier.decide(maps(rig, 5), 0b11);
    expect(decodeEdgeAnswer((await rig.stored())[0].body)).toMatchObject({
      exit: 'edge',
      classIndex: tier.exit.classIndex,
    });
    rig.path.askedByCloud(5);
    await until(() => rig.uplinks === 2);
    expect([...(await rig.stored())[0].body]).toEqual([...tier.features]);
    expect(rig.requests).toHaveLength(2);
  });

  it('sends its features at once where no exit of it is sure', async () => {
    const rig = await firstEdge({ edge: 0 });
    await summaries(rig, 5);
    await features(rig, 5);
    await until(() => rig.uplinks === 1);
    expect((await rig.stored())[0].content).toBe('edge');
  });

  it('says that its cameras see nothing, for others may see something', async () => {
    const rig = await firstEdge();
    for (const view of [0, 2]) rig.summary(5, view, false);
    await until(() => rig.uplinks === 1);
    const [sample] = await rig.stored();
    expect(sample).toMatchObject({ content: 'views', states: Uint8Array.of(absent, lost, absent) });
    expect(sample.body).toHaveLength(0);
    expect(rig.verdicts).toEqual([]);
    rig.path.expire(later());
    expect(rig.verdicts).toMatchObject([
      { classIndex: NO_CLASS, exit: 'fallback', reason: 'deadline', uncertainty: 1 },
    ]);
  });

  it.each([
    ['without the cloud having asked', 0],
    ['after the cloud has asked', 1],
  ])('whose features do not come says its best exit so far, %s', async (_, local) => {
    const rig = await firstEdge({ local });
    await summaries(rig, 5);
    if (local === 1) {
      await until(() => rig.uplinks === 1);
      rig.path.askedByCloud(5);
    }
    rig.die(0);
    await rig.path.offerFeatures(5, 2, null);
    await until(() => rig.uplinks === 1 + local);
    const [{ content, states, body }] = await rig.stored();
    expect([content, ...states]).toEqual(['answer', lost, lost, late]);
    expect(decodeEdgeAnswer(body)).toMatchObject({ exit: 'fallback' });
    expect(rig.verdicts).toEqual([]);
  });

  it('falls back where the cloud is away, however sure it is; a joined verdict that comes later is no second one', async () => {
    const rig = await firstEdge({ local: 1 });
    rig.reachable = false;
    await summaries(rig, 5);
    expect(brief(rig)).toEqual([[5, 'fallback', 'unreachable']]);
    expect(rig.verdicts[0].states).toEqual(Uint8Array.of(present, lost, present));
    await until(() => rig.uplinks === 1);
    rig.reachable = true;
    // The cloud joins what waited, and wants features.
    rig.path.askedByCloud(5);
    await features(rig, 5);
    await until(() => rig.uplinks === 2);
    expect((await rig.stored())[0].content).toBe('edge');
    expect(rig.path.cloudVerdict(cloudSays(5))).toBe(false);
    expect(rig.verdicts).toHaveLength(1);
  });

  it('waits again after a restart, and can still be asked', async () => {
    const first = await firstEdge({ edge: 1 });
    await summaries(first, 5);
    await features(first, 5);
    await until(() => first.uplinks === 1);
    await first.path.drain();
    await first.outbox.stop();
    const rig = await firstEdge({ edge: 1, folder: first.folder });
    rig.path.askedByCloud(5);
    await features(rig, 5);
    await until(() => rig.uplinks === 1);
    expect((await rig.stored())[0].content).toBe('edge');
    expect(rig.path.cloudVerdict(cloudSays(5))).toBe(true);
    rig.path.askedByCloud(6);
    expect(rig.errors).toEqual([]);
  });
});
