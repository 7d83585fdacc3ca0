import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { edge, features, folder, open, sample, startCloud, until } from '../../test/live-cloud.js';
import { SqliteStore } from '../store/sqlite-store.js';

let files = 0;

/** A cloud on a SQLite file whose writes wait until it recovers, and what its metrics say. */
async function stalledCloud(flags: Record<string, unknown>) {
  let recover = () => {};
  const recovered = new Promise<void>((resolve) => {
    recover = resolve;
  });
  const file = join(folder, `stalled-${++files}.sqlite`);
  const cloud = await startCloud({ 'store.file': file, ...flags }, undefined, (options) => {
    const store = new SqliteStore(options);
    const put = store.putVerdicts.bind(store);
    store.putVerdicts = async (batch) => {
      await recovered;
      return put(batch);
    };
    return store;
  });
  const gauge = async (name: string) => {
    const line = (await cloud.metrics()).split('\n').find((text) => text.startsWith(`ddnn_cloud_${name}{`));
    return Number(line?.split(' ')[1]);
  };
  // A test that fails must not leave the cloud waiting for its store.
  open.push(async () => recover());
  return { ...cloud, gauge, recover };
}

/** Takes verdicts until every slot has one. */
async function answered({ next }: Awaited<ReturnType<typeof edge>>, count: number): Promise<number[]> {
  const slots: number[] = [];
  while (slots.length < count) for (const { slot } of (await next()).verdicts!) slots.push(slot);
  return slots.sort((a, b) => a - b);
}

describe('a cloud whose store is slow', () => {
  it('holds its edges back within its bounds, loses nothing, and answers everything once it recovers', async () => {
    const { ports, gauge, get, recover } = await stalledCloud({ 'uplink.maxFramesInFlight': 4 });
    const edges = await Promise.all(['north', 'south', 'west'].map((name) => edge(ports, `plaza/${name}`)));
    const slots = edges.map((_, e) => Array.from({ length: 40 }, (_, i) => 1000 * (e + 1) + i));
    let acknowledged = 0;
    const sent = edges.flatMap(({ send }, e) =>
      slots[e].map((slot) => send('f', features(sample(slot))).then(() => acknowledged++)),
    );
    await until(async () => (await gauge('frames_in_flight')) === 4 && (await gauge('frames_waiting')) > 0);
    // Time for whatever else the sockets would let through.
    await new Promise((resolve) => setTimeout(resolve, 300));
    // No more frames were taken in than may be, and only those have their PUBACK.
    expect(await gauge('frames_in_flight')).toBe(4);
    expect(acknowledged).toBe(4);
    expect(await gauge('frames_waiting')).toBeLessThanOrEqual(116);
    expect(edges.flatMap(({ down }) => down)).toEqual([]);
    recover();
    await Promise.all(sent);
    for (const [e, from] of edges.entries()) expect(await answered(from, 40)).toEqual(slots[e]);
    expect((await get('/v1/stats')).samples).toBe(120);
    await until(async () => (await gauge('frames_in_flight')) === 0);
    expect(await gauge('frame_bytes')).toBe(0);
  });

  it('cuts off edges whose frames would pass the bound of bytes, and answers what they send again', async () => {
    const bound = 2 ** 16;
    const flags = { 'uplink.maxFramesInFlight': 1, 'uplink.maxBytesWaiting': bound };
    const { ports, gauge, get, recover } = await stalledCloud(flags);
    const samples = 200;
    const frame = (e: number) => features(...Array.from({ length: samples }, (_, i) => sample(2 * samples * e + i)));
    const count = Math.ceil(bound / frame(0).length) + 2;
    const edges = await Promise.all(Array.from({ length: count }, (_, e) => edge(ports, `plaza/e${e}`)));
    const gone = new Set<number>();
    for (const [e, { client, send }] of edges.entries()) {
      client.once('close', () => gone.add(e));
      send('f', frame(e)).catch(() => undefined);
    }
    await until(() => gone.size >= 2);
    expect(await gauge('frame_bytes')).toBeLessThanOrEqual(bound);
    recover();
    await until(async () => (await gauge('frame_bytes')) === 0);
    for (const e of gone) {
      const again = await edge(ports, `plaza/e${e}`);
      await again.send('f', frame(e));
      expect(await answered(again, samples)).toHaveLength(samples);
    }
    expect((await get('/v1/stats')).samples).toBe(samples * count);
  });
});
