import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteStore, type SqliteStoreOptions } from './sqlite-store.js';
import type { NewVerdict, StoredDevice, StoredEdge, StoredTraffic, VerdictStore } from './verdict-store.js';

const folder = mkdtempSync(join(tmpdir(), 'ddnn-store-'));
afterAll(() => rmSync(folder, { recursive: true }));

const batches: number[] = [];
const sqlite = (file: string, maxVerdicts = 1_000_000, changes: Partial<SqliteStoreOptions> = {}) =>
  new SqliteStore({
    file,
    maxVerdicts,
    maxWaitingLabels: 1000,
    maxEntries: 100,
    maxMs: 2,
    maxQueued: 1000,
    readThreads: 2,
    maxQueuedReads: 100,
    readTimeoutMs: 10_000,
    onBatch: (_seconds, entries) => batches.push(entries),
    ...changes,
  });

const verdict = (slot: number, changes: Partial<NewVerdict> = {}): NewVerdict => ({
  site: 'a',
  edge: 'e',
  slot,
  class: 'car',
  classIndex: 0,
  exit: 'local',
  reason: 'none',
  uncertainty: 0.25,
  views: ['present', 'absent', 'lost', 'late'],
  epoch: 1,
  capturedAt: slot * 100,
  storedAt: 5000 + slot,
  ...changes,
});
const fallback = { exit: 'fallback', reason: 'deadline' } as const;
const cloud = { exit: 'cloud', class: 'bus', classIndex: 1, uncertainty: 0.5 } as const;

/** What every store must do. `open` opens what `place` names; the same place has the same content. */
function describeStore(name: string, open: (place: string) => VerdictStore): void {
  describe(name, () => {
    let store: VerdictStore;
    let place = 0;
    beforeEach(async () => {
      store = open(`${name}-${++place}`);
      await store.start();
    });
    afterEach(() => store.stop());
    const put = async (...batch: NewVerdict[]) => (await store.putVerdicts(batch)).map(({ outcome }) => outcome);

    it('keeps a verdict as it was put', async () => {
      const given = verdict(2 ** 48 - 1, { capturedAt: null });
      const [{ outcome, verdict: stored }] = await store.putVerdicts([given]);
      expect(outcome).toBe('stored');
      expect(stored).toEqual({ ...given, label: null, revised: null });
      expect(await store.verdict('a', 2 ** 48 - 1)).toEqual(stored);
      expect(await store.verdict('b', 2 ** 48 - 1)).toBeUndefined();
    });

    it('keeps the first verdict of a site and slot, also within one batch', async () => {
      expect(await put(verdict(1), verdict(1, { class: 'bus' }), verdict(1, { site: 'b' }))).toEqual([
        'stored',
        'duplicate',
        'stored',
      ]);
      expect(await put(verdict(1, { class: 'person' }))).toEqual(['duplicate']);
      expect((await store.verdict('a', 1))!.class).toBe('car');
    });

    it('keeps the cloud’s answer to a stored fallback as its one revision', async () => {
      await put(verdict(1, fallback));
      const [{ outcome, verdict: stored }] = await store.putVerdicts([verdict(1, { ...cloud, storedAt: 9000 })]);
      expect(outcome).toBe('revised');
      const revised = { class: 'bus', classIndex: 1, uncertainty: 0.5, storedAt: 9000 };
      expect(stored).toEqual({ ...verdict(1, fallback), label: null, revised });
      expect(await put(verdict(1, { ...cloud, class: 'person' }))).toEqual(['duplicate']);
      expect((await store.verdict('a', 1))!.revised).toEqual(revised);
    });

    it('makes a stored cloud verdict the revision of a fallback that comes later: that was the live answer', async () => {
      await store.putLabels('a', [{ slot: 1, label: 'car' }]);
      await put(verdict(1, { ...cloud, storedAt: 9000 }));
      expect(await put(verdict(1, fallback))).toEqual(['revised']);
      const stored = (await store.verdict('a', 1))!;
      expect(stored).toMatchObject({ exit: 'fallback', reason: 'deadline', class: 'car', label: 'car' });
      expect(stored.revised).toEqual({ class: 'bus', classIndex: 1, uncertainty: 0.5, storedAt: 9000 });
      expect(await put(verdict(1, fallback), verdict(1, cloud))).toEqual(['duplicate', 'duplicate']);
      const { verdicts } = await store.tally('a');
      expect(verdicts).toEqual([{ exit: 'fallback', class: 'car', label: 'car', revised: true, count: 1 }]);
    });

    it('keeps the surer of two edges’ fallbacks, with the views of both', async () => {
      const north = verdict(1, { ...fallback, uncertainty: 0.5, views: ['present', 'absent', 'lost', 'lost'] });
      const south = verdict(1, {
        ...cloud,
        ...fallback,
        edge: 'south',
        uncertainty: 0.25,
        views: ['lost', 'lost', 'present', 'late'],
      });
      expect(await put(north, south, north)).toEqual(['stored', 'joined', 'duplicate']);
      const both = ['present', 'absent', 'present', 'late'];
      expect(await store.verdict('a', 1)).toMatchObject({ ...south, views: both });
      const { verdicts } = await store.tally('a');
      expect(verdicts).toEqual([{ exit: 'fallback', class: 'bus', label: null, revised: false, count: 1 }]);
      expect(await put(verdict(1, cloud))).toEqual(['revised']);
    });

    it('does not let a late local record change a stored cloud verdict', async () => {
      await put(verdict(1, cloud));
      expect(await put(verdict(1))).toEqual(['duplicate']);
      expect(await store.verdict('a', 1)).toMatchObject({ exit: 'cloud', class: 'bus', revised: null });
    });

    it('has no revision of a local verdict', async () => {
      await put(verdict(1));
      expect(await put(verdict(1, cloud))).toEqual(['duplicate']);
    });

    it('joins a label with its verdict, whichever comes first, and replaces it', async () => {
      await store.putLabels('a', [
        { slot: 1, label: 'bus' },
        { slot: 2, label: 'car' },
      ]);
      await put(verdict(1));
      expect((await store.verdict('a', 1))!.label).toBe('bus');
      await store.putLabels('a', [{ slot: 1, label: 'car' }]);
      expect((await store.verdict('a', 1))!.label).toBe('car');
    });

    it('pages newest first by capture, else storing, without gap or repetition while others are put', async () => {
      for (let slot = 0; slot < 25; slot++)
        await put(verdict(slot), verdict(slot, { site: 'b', capturedAt: null, storedAt: 77 }));
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await store.verdicts({ limit: 7, cursor });
        expect(page.verdicts.length).toBe(page.next === null ? 50 % 7 : 7);
        seen.push(...page.verdicts.map(({ site, slot }) => `${site}${slot}`));
        cursor = page.next ?? undefined;
        await put(verdict(100 + seen.length));
      } while (cursor);
      const a = Array.from({ length: 24 }, (_, i) => `a${24 - i}`);
      const b = Array.from({ length: 25 }, (_, i) => `b${24 - i}`);
      expect(seen).toEqual([...a, ...b, 'a0']);
    });

    it('ends a page that is just full without another one', async () => {
      await put(verdict(1), verdict(2));
      expect(await store.verdicts({ limit: 2 })).toMatchObject({ next: null });
    });

    it('filters by site, exit, class and time, one or all of them', async () => {
      await put(
        verdict(1),
        verdict(2, cloud),
        verdict(3, { site: 'b' }),
        verdict(4, { ...cloud, site: 'b' }),
        verdict(5),
      );
      const slots = async (query: object) =>
        (await store.verdicts({ limit: 10, ...query })).verdicts.map(({ slot }) => slot);
      expect(await slots({})).toEqual([5, 4, 3, 2, 1]);
      expect(await slots({ site: 'a' })).toEqual([5, 2, 1]);
      expect(await slots({ exit: 'cloud' })).toEqual([4, 2]);
      expect(await slots({ class: 'car' })).toEqual([5, 3, 1]);
      expect(await slots({ from: 200, to: 400 })).toEqual([3, 2]);
      expect(await slots({ site: 'b', exit: 'cloud', class: 'bus', from: 400, to: 401 })).toEqual([4]);
      expect(await slots({ site: 'nobody' })).toEqual([]);
    });

    it('refuses a cursor that no page gave', async () => {
      await expect(store.verdicts({ limit: 1, cursor: "1' OR 1" })).rejects.toMatchObject({
        code: 'DDNN_STORE_CURSOR',
      });
    });

    it('tallies verdicts by exit, class, label and revision, of one site or of all', async () => {
      await put(verdict(1), verdict(2), verdict(3, fallback), verdict(3, cloud), verdict(9, { site: 'b' }));
      for (const label of ['car', 'bus', 'bus']) await store.putLabels('a', [{ slot: 1, label }]);
      await store.putLabels('a', [{ slot: 4, label: 'car' }]);
      await put(verdict(4, cloud), verdict(4));
      expect(new Set((await store.tally('a')).verdicts)).toEqual(
        new Set([
          { exit: 'local', class: 'car', label: 'bus', revised: false, count: 1 },
          { exit: 'local', class: 'car', label: null, revised: false, count: 1 },
          { exit: 'fallback', class: 'car', label: null, revised: true, count: 1 },
          { exit: 'cloud', class: 'bus', label: 'car', revised: false, count: 1 },
        ]),
      );
      expect((await store.tally()).verdicts.reduce((sum, { count }) => sum + count, 0)).toBe(5);
    });

    it('keeps the latest report of each edge, device and link', async () => {
      const edge: StoredEdge = {
        site: 'a',
        edge: 'e',
        state: 'online',
        epoch: 1,
        bundle: 'ab',
        views: 6,
        slotMs: 100,
        version: '1',
        reportedAt: 1,
      };
      const device: StoredDevice = { ...edge, device: 'd', view: 2 };
      const link = { payloadUp: 1, wireUp: 2, wireDown: 3, session: 2 ** 47 };
      const traffic: StoredTraffic = {
        site: 'a',
        edge: 'e',
        samples: 7,
        uplink: link,
        devices: [{ view: 0, ...link }],
        reportedAt: 2,
      };
      await store.putEdge(edge);
      await store.putEdge({ ...edge, state: 'offline' });
      await store.putDevice(device);
      await store.putDevice({ ...device, site: 'b' });
      await store.putTraffic({ ...traffic, samples: 6 });
      await store.putTraffic(traffic);
      expect(await store.edges()).toEqual([{ ...edge, state: 'offline' }]);
      expect(await store.devices('a')).toEqual([device]);
      expect(await store.devices()).toHaveLength(2);
      expect((await store.tally('a')).traffic).toEqual([traffic]);
      expect((await store.tally('b')).traffic).toEqual([]);
    });

    it('has everything again after a restart', async () => {
      const where = `${name}-${place}`;
      void store.putVerdicts([verdict(1, fallback), verdict(1, cloud)]);
      void store.putLabels('a', [{ slot: 1, label: 'bus' }]);
      await store.stop();
      store = open(where);
      await store.start();
      expect(await store.verdict('a', 1)).toMatchObject({ exit: 'fallback', label: 'bus', revised: { class: 'bus' } });
      expect(await put(verdict(1))).toEqual(['duplicate']);
    });

    it('refuses to work before start and after stop', async () => {
      await store.stop();
      await expect(store.putVerdicts([verdict(1)])).rejects.toMatchObject({ code: 'DDNN_STORE_STOPPED' });
      await expect(store.verdicts({ limit: 1 })).rejects.toMatchObject({ code: 'DDNN_STORE_STOPPED' });
      await expect(store.check()).rejects.toMatchObject({ code: 'DDNN_STORE_STOPPED' });
    });
  });
}

describeStore('SQLite store', (place) => sqlite(join(folder, `${place.replaceAll(' ', '-')}.sqlite`)));

describe('SQLite store file', () => {
  it('keeps the newest verdicts and drops the oldest beyond its bound, but goes on counting them', async () => {
    const store = sqlite(':memory:', 100);
    await store.start();
    for (let first = 0; first < 250; first += 10) {
      await store.putVerdicts(Array.from({ length: 10 }, (_, i) => verdict(first + i)));
    }
    const { verdicts } = await store.verdicts({ limit: 1000 });
    expect(verdicts.length).toBeLessThanOrEqual(110);
    expect(verdicts.length).toBeGreaterThanOrEqual(100);
    expect(verdicts[0].slot).toBe(249);
    expect(await store.verdict('a', 0)).toBeUndefined();
    expect((await store.tally()).verdicts).toMatchObject([{ count: 250 }]);
    await store.stop();
  });

  it('keeps the newest labels whose verdict has not come, and counts those that go', async () => {
    const dropped: number[] = [];
    const store = sqlite(':memory:', 1000, { maxWaitingLabels: 3, onDroppedLabels: (count) => dropped.push(count) });
    await store.start();
    const labels = (...slots: number[]) => slots.map((slot) => ({ slot, label: 'bus' }));
    await store.putLabels('a', labels(1, 2, 3));
    await store.putVerdicts([verdict(2)]);
    // Said again, it waits no longer for it; what has its verdict does not wait.
    await store.putLabels('a', labels(1, 2, 4));
    expect(dropped).toEqual([]);
    await store.putLabels('a', labels(5, 6));
    expect(dropped).toEqual([2]);
    await store.putVerdicts([1, 3, 4, 5, 6].map((slot) => verdict(slot)));
    const { verdicts } = await store.verdicts({ limit: 10 });
    expect(verdicts.map(({ slot, label }) => [slot, label])).toEqual([
      [6, 'bus'],
      [5, 'bus'],
      [4, 'bus'],
      [3, null],
      [2, 'bus'],
      [1, null],
    ]);
    await store.stop();
  });

  it('takes more labels in one request than fit into one transaction', async () => {
    const store = sqlite(':memory:');
    await store.start();
    const labels = Array.from({ length: 700 }, (_, slot) => ({ slot, label: 'bus' }));
    await Promise.all([store.putLabels('a', labels), store.putLabels('a', [{ slot: 0, label: 'car' }])]);
    await store.putVerdicts([verdict(0), verdict(699)]);
    expect((await store.verdict('a', 0))!.label).toBe('car');
    expect((await store.verdict('a', 699))!.label).toBe('bus');
    await store.stop();
  });

  it('writes what many callers put at once in one transaction', async () => {
    const store = sqlite(':memory:');
    await store.start();
    batches.length = 0;
    await Promise.all(Array.from({ length: 50 }, (_, slot) => store.putVerdicts([verdict(slot)])));
    expect(batches).toEqual([50]);
    await store.stop();
  });

  it('counts nothing of a transaction that failed', async () => {
    const store = sqlite(':memory:');
    await store.start();
    // Not a number becomes NULL, which the column refuses.
    await expect(store.putVerdicts([verdict(1), verdict(2, { uncertainty: Number.NaN })])).rejects.toThrow();
    await store.putVerdicts([verdict(3)]);
    expect((await store.tally()).verdicts).toMatchObject([{ count: 1 }]);
    await store.stop();
  });

  it('names the file and the setting where it can’t be opened', async () => {
    const file = join(folder, 'nowhere', 'x.sqlite');
    const expected = {
      code: 'DDNN_STORE_FILE',
      userFault: true,
      message: expect.stringContaining(`store.file ${file}`),
    };
    await expect(sqlite(file).start()).rejects.toMatchObject(expected);
  });

  it('refuses a file that is no SQLite file, and one of another layout', async () => {
    const text = join(folder, 'text.sqlite');
    writeFileSync(text, 'not a database, but long enough to be looked at '.repeat(100));
    await expect(sqlite(text).start()).rejects.toMatchObject({ code: 'DDNN_STORE_FILE' });
    const later = join(folder, 'later.sqlite');
    new Database(later).exec('PRAGMA user_version = 9');
    await expect(sqlite(later).start()).rejects.toMatchObject({ code: 'DDNN_STORE_VERSION', userFault: true });
  });
});
