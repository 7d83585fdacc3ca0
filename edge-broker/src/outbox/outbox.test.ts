import { fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { newFolder, openOutbox, unanswered } from '../../test/tiny-site.js';

const frame = (...bytes: number[]) => Uint8Array.from(bytes);
const slots = (outbox: Awaited<ReturnType<typeof openOutbox>>['outbox']) =>
  [...outbox.entries()].map(({ slot }) => slot);
/** LevelDB answers with Buffers. */
const bytes = (value: Uint8Array | undefined) => value && [...value];
const STATES = Uint8Array.of(2, 1, 2);
const BEST = { classIndex: 2, uncertainty: 0.4 };

describe('outbox', () => {
  it('has every entry again after a restart, in the order of arrival, byte for byte', async () => {
    const { outbox, folder } = await openOutbox();
    for (const slot of [9, 4, 7]) {
      await outbox.put(unanswered(slot), frame(slot, 1, 2), 3);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await outbox.put({ ...unanswered(4), kind: 'record', states: frame() }, frame(8), 0);
    await outbox.markAnswered(7, 'deadline');
    await outbox.stop();
    const { outbox: again } = await openOutbox({ folder });
    expect(slots(again)).toEqual([9, 4, 7, 4]);
    const [first, , third, record] = again.entries();
    expect(first).toMatchObject({ kind: 'features', fallback: 'none', states: STATES });
    expect(first.best.classIndex).toBe(2);
    expect(first.best.uncertainty).toBeCloseTo(0.4, 2);
    expect(third.fallback).toBe('deadline');
    expect(bytes(await again.read(first))).toEqual([9, 1, 2]);
    expect(bytes(await again.read(record))).toEqual([8]);
  });

  it('forgets on acknowledgement only, for good, and only the kind that was acknowledged', async () => {
    const { outbox, folder, drops } = await openOutbox();
    await outbox.put(unanswered(1), frame(1), 3);
    await outbox.put({ ...unanswered(1), kind: 'record' }, frame(2), 0);
    expect(await outbox.acknowledge('features', 1)).toBe(true);
    expect(await outbox.acknowledge('features', 1)).toBe(false);
    expect(outbox.has('record', 1)).toBe(true);
    await outbox.stop();
    const { outbox: again } = await openOutbox({ folder });
    expect([...again.entries()].map(({ kind }) => kind)).toEqual(['record']);
    expect(drops).toEqual([]);
  });

  it('counts what is refused, too old or too much, with its reason, and drops the oldest', async () => {
    let now = 5000;
    const { outbox, drops, folder } = await openOutbox({ maxSamples: 3, maxAgeMs: 1000, now: () => now });
    for (const slot of [1, 2, 3, 4]) await outbox.put(unanswered(slot), frame(slot), 3);
    expect(drops).toEqual([[1, 'full']]);
    await outbox.refuse('features', 3);
    await outbox.refuse('features', 3);
    now += 1000;
    await outbox.expire();
    expect(drops).toEqual([
      [1, 'full'],
      [3, 'refused'],
    ]);
    now += 1;
    await outbox.expire();
    expect(drops.slice(2)).toEqual([
      [2, 'old'],
      [4, 'old'],
    ]);
    expect(outbox.size).toBe(0);
    await outbox.stop();
    expect((await openOutbox({ folder })).outbox.size).toBe(0);
  });

  it('marks a fallback that comes while the entry is being written', async () => {
    const { outbox, folder } = await openOutbox();
    const written = outbox.put(unanswered(5), frame(5), 3);
    await outbox.markAnswered(5, 'unreachable');
    await written;
    await outbox.stop();
    const [entry] = (await openOutbox({ folder })).outbox.entries();
    expect(entry.fallback).toBe('unreachable');
  });

  it('does not bring an entry back that is acknowledged while its fallback is marked', async () => {
    const { outbox, folder } = await openOutbox();
    for (let slot = 0; slot < 50; slot++) {
      await outbox.put(unanswered(slot), frame(slot), 3);
      await Promise.all([outbox.markAnswered(slot, 'deadline'), outbox.acknowledge('features', slot)]);
    }
    // A mark without its entry would make the next sample of that slot look answered.
    await outbox.put(unanswered(7), frame(7), 3);
    await outbox.stop();
    const { outbox: again } = await openOutbox({ folder });
    expect([...again.entries()].map(({ slot, fallback }) => [slot, fallback])).toEqual([[7, 'none']]);
  });

  it('puts another frame in the place of one that waits, its fallback and its place in the row kept', async () => {
    const { outbox, folder } = await openOutbox();
    for (const slot of [1, 2]) await outbox.put(unanswered(slot), frame(slot), 3);
    const before = outbox.entry('features', 1)!;
    await outbox.putPart(1, 0, frame(9));
    const states = Uint8Array.of(2, 3, 1);
    const replaced = outbox.replace(1, states, frame(7), 3);
    await outbox.markAnswered(1, 'deadline');
    await replaced;
    const after = outbox.entry('features', 1)!;
    expect(after).not.toBe(before);
    expect(after).toEqual({ ...before, fallback: 'deadline', states });
    expect([...(await outbox.read(after))!]).toEqual([...frame(7)]);
    await outbox.stop();
    const { outbox: again } = await openOutbox({ folder });
    expect([...again.entries()].map(({ slot, fallback }) => [slot, fallback])).toEqual([
      [1, 'deadline'],
      [2, 'none'],
    ]);
  });

  it('does not bring an entry back that is acknowledged while it is replaced', async () => {
    const { outbox, folder } = await openOutbox();
    await outbox.put(unanswered(1), frame(1), 3);
    const replaced = outbox.replace(1, Uint8Array.of(2, 1, 2), frame(7), 3);
    await outbox.acknowledge('features', 1);
    await replaced;
    await outbox.replace(1, Uint8Array.of(2, 1, 2), frame(8), 3);
    expect(outbox.size).toBe(0);
    await outbox.stop();
    expect((await openOutbox({ folder })).outbox.size).toBe(0);
  });

  it('finds a sample again whose features were still arriving, once', async () => {
    const { outbox, folder } = await openOutbox();
    await outbox.begin(6, 3, STATES, BEST);
    await outbox.putPart(6, 2, frame(4, 5));
    await outbox.begin(7, 3, STATES, BEST);
    await outbox.putPart(7, 0, frame(1));
    await outbox.settle(7, 3);
    await outbox.begin(8, 3, STATES, BEST);
    await outbox.putPart(8, 0, frame(1));
    await outbox.put(unanswered(8), frame(9), 3);
    await outbox.stop();
    const { outbox: again, drops } = await openOutbox({ folder });
    const interrupted = await again.interrupted(3);
    expect(interrupted).toMatchObject([{ slot: 6, epoch: 3, states: STATES }]);
    expect(interrupted[0].maps.map(bytes)).toEqual([undefined, undefined, [4, 5]]);
    await again.discard(interrupted[0], 3);
    expect(drops).toEqual([[6, 'unfit']]);
    expect(await again.interrupted(3)).toEqual([]);
  });

  it('does not keep features that came too late for a sample of the last process', async () => {
    const { outbox, folder } = await openOutbox();
    await outbox.putPart(6, 2, frame(4, 5));
    await outbox.stop();
    const { outbox: again } = await openOutbox({ folder });
    await again.interrupted(3);
    await again.begin(6, 3, STATES, BEST);
    expect((await again.interrupted(3))[0].maps).toEqual([undefined, undefined, undefined]);
  });
});

const here = path.dirname(fileURLToPath(import.meta.url));
const built = path.join(here, '../../dist');
let program: string | undefined;
afterAll(() => program && rmSync(path.dirname(program), { recursive: true }));

describe('an outbox whose process is killed', () => {
  it('has everything that was confirmed before', async () => {
    mkdirSync(built, { recursive: true });
    program = path.join(mkdtempSync(path.join(built, 'fixture-')), 'outbox-writer.mjs');
    await build({
      entryPoints: [path.join(here, '../../test/fixtures/outbox-writer.mjs')],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      conditions: ['source'],
      external: ['classic-level'],
    });
    const folder = newFolder();
    const child = fork(program, { execArgv: [], env: { ...process.env, FOLDER: folder } });
    const parts: number[] = [];
    const entries: number[] = [];
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.on('message', (message: { parts?: number; entry?: number }) => {
      if (message.parts !== undefined) parts.push(message.parts);
      if (message.entry !== undefined) entries.push(message.entry);
      if (entries.length === 60) child.kill('SIGKILL');
    });
    await gone;
    expect(entries.length).toBeGreaterThanOrEqual(60);
    const { outbox } = await openOutbox({ folder });
    const kept = new Map([...outbox.entries()].map((entry) => [entry.slot, entry]));
    const interrupted = new Map((await outbox.interrupted(3)).map((sample) => [sample.slot, sample]));
    for (const slot of entries) {
      expect(bytes(await outbox.read(kept.get(slot)!))).toEqual([1, 2, slot & 255]);
      expect(kept.get(slot)!.fallback).toBe(slot % 4 === 0 ? 'unreachable' : 'none');
      expect(interrupted.has(slot)).toBe(false);
    }
    // Features that were confirmed are either a part still, or in their entry: never in neither, never in both.
    for (const slot of parts) {
      expect([slot, kept.has(slot)]).not.toEqual([slot, interrupted.has(slot)]);
      if (interrupted.has(slot)) expect(bytes(interrupted.get(slot)!.maps[0])).toEqual(new Array(64).fill(slot & 255));
    }
    expect(parts.filter((slot) => slot % 3 === 0).every((slot) => interrupted.has(slot))).toBe(true);
  });
});
