import { fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FallbackReason } from '@ddnn/protocol';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { newFolder, openOutbox, unanswered } from '../../test/tiny-site.js';
import type { FeatureEntry } from './entry.js';
import type { Outbox } from './outbox.js';

/** Something that has the two bytes of a frame's header, with epoch 3. */
const frame = (...bytes: number[]) => Uint8Array.of(0x40, 3, ...bytes);
const slots = (outbox: Outbox) => [...outbox.entries()].map(({ slot }) => slot);
const features = (outbox: Outbox) => [...outbox.entries()].filter((entry) => entry.kind === 'features');
/** LevelDB answers with Buffers. */
const bytes = (value: Uint8Array | undefined) => value && [...value];
const STATES = Uint8Array.of(2, 1, 2);
const BEST = { classIndex: 2, uncertainty: 0.4 };
const CONTEXT = { epoch: 3, states: STATES, best: BEST };

const markAnswered = (outbox: Outbox, slot: number, reason: FallbackReason) =>
  outbox.putRecords([], undefined, [outbox.close(slot, reason)]);

describe('outbox', () => {
  it('has every entry again after a restart, in the order of arrival, byte for byte', async () => {
    const { outbox, folder } = await openOutbox();
    for (const slot of [9, 4, 7]) {
      await outbox.put(unanswered(slot), frame(slot, 1, 2));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await outbox.putRecords([{ slot: 4, frame: frame(8), grows: false }], undefined);
    await markAnswered(outbox, 7, 'deadline');
    await outbox.stop();
    const { outbox: again } = await openOutbox({ folder });
    expect(slots(again)).toEqual([9, 4, 7, 4]);
    const [first, , third, record] = again.entries() as IterableIterator<FeatureEntry>;
    expect(first).toMatchObject({ kind: 'features', fallback: 'none', states: STATES });
    expect(first.best.classIndex).toBe(2);
    expect(first.best.uncertainty).toBeCloseTo(0.4, 2);
    expect(third.fallback).toBe('deadline');
    expect(bytes(await again.read(first))).toEqual([...frame(9, 1, 2)]);
    expect(bytes(await again.read(record))).toEqual([...frame(8)]);
  });

  it('forgets on acknowledgement only, for good, and only the kind that was acknowledged', async () => {
    const { outbox, folder, drops } = await openOutbox();
    await outbox.put(unanswered(1), frame(1));
    await outbox.putRecords([{ slot: 1, frame: frame(2), grows: false }], undefined);
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
    for (const slot of [1, 2, 3, 4]) await outbox.put(unanswered(slot), frame(slot));
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

  it('keeps what is acknowledged while the disk takes nothing, to be acknowledged again', async () => {
    const { outbox, folder, drops } = await openOutbox();
    await outbox.put(unanswered(1), frame(1));
    await outbox.stop();
    await expect(outbox.acknowledge('features', 1)).rejects.toThrow('not open');
    await expect(outbox.refuse('features', 1)).rejects.toThrow('not open');
    expect([slots(outbox), drops]).toEqual([[1], []]);
    await outbox.start();
    expect(await outbox.acknowledge('features', 1)).toBe(true);
    await outbox.stop();
    expect((await openOutbox({ folder })).state).toMatchObject({ entries: 0, lost: 0 });
  });

  it('counts right where the record that grows is dropped before it has grown', async () => {
    const { outbox, folder } = await openOutbox({ maxSamples: 1 });
    await outbox.putRecords([{ slot: 1, frame: frame(1), grows: true }], undefined);
    await outbox.put(unanswered(2), frame(2));
    expect(slots(outbox)).toEqual([2]);
    await outbox.putRecords([{ slot: 1, frame: frame(1, 2), grows: true }], 1);
    await outbox.acknowledge('record', 1);
    await outbox.stop();
    expect((await openOutbox({ folder })).state).toMatchObject({ entries: 0, lost: 0 });
  });

  it('marks a fallback that comes while the entry is being written', async () => {
    const { outbox, folder } = await openOutbox();
    const written = outbox.put(unanswered(5), frame(5));
    await markAnswered(outbox, 5, 'unreachable');
    await written;
    await outbox.stop();
    const [entry] = features((await openOutbox({ folder })).outbox);
    expect(entry.fallback).toBe('unreachable');
  });

  it('does not bring an entry back that is acknowledged while its fallback is marked', async () => {
    const { outbox, folder } = await openOutbox();
    for (let slot = 0; slot < 50; slot++) {
      await outbox.put(unanswered(slot), frame(slot));
      await Promise.all([markAnswered(outbox, slot, 'deadline'), outbox.acknowledge('features', slot)]);
    }
    // A mark without its entry would make the next sample of that slot look answered.
    await outbox.put(unanswered(7), frame(7));
    await outbox.stop();
    const { outbox: again } = await openOutbox({ folder });
    expect(features(again).map(({ slot, fallback }) => [slot, fallback])).toEqual([[7, 'none']]);
  });

  it('puts another frame in the place of one that waits, its fallback and its place in the row kept', async () => {
    const { outbox, folder } = await openOutbox();
    for (const slot of [1, 2]) await outbox.put(unanswered(slot), frame(slot));
    const before = outbox.features(1)!;
    await outbox.putPart(1, 0, frame(9));
    const states = Uint8Array.of(2, 3, 1);
    const replaced = outbox.replace(1, states, frame(7));
    await markAnswered(outbox, 1, 'deadline');
    await replaced;
    const after = outbox.features(1)!;
    expect(after).not.toBe(before);
    expect(after).toEqual({ ...before, fallback: 'deadline', states });
    expect([...(await outbox.read(after))!]).toEqual([...frame(7)]);
    await outbox.stop();
    const { outbox: again } = await openOutbox({ folder });
    expect(features(again).map(({ slot, fallback }) => [slot, fallback])).toEqual([
      [1, 'deadline'],
      [2, 'none'],
    ]);
  });

  it('does not bring an entry back that is acknowledged while it is replaced', async () => {
    const { outbox, folder } = await openOutbox();
    await outbox.put(unanswered(1), frame(1));
    const replaced = outbox.replace(1, Uint8Array.of(2, 1, 2), frame(7));
    await outbox.acknowledge('features', 1);
    await replaced;
    await outbox.replace(1, Uint8Array.of(2, 1, 2), frame(8));
    expect(outbox.size).toBe(0);
    await outbox.stop();
    expect((await openOutbox({ folder })).outbox.size).toBe(0);
  });

  it('finds a sample again whose features were still arriving, once', async () => {
    const { outbox, folder } = await openOutbox();
    await outbox.begin(6, CONTEXT);
    await outbox.putPart(6, 2, Uint8Array.of(4, 5));
    await outbox.begin(7, CONTEXT);
    await outbox.putPart(7, 0, frame(1));
    await outbox.settle(7);
    await outbox.begin(8, CONTEXT);
    await outbox.putPart(8, 0, frame(1));
    await outbox.put(unanswered(8), frame(9));
    await outbox.stop();
    const { outbox: again, drops } = await openOutbox({ folder });
    const interrupted = await again.interrupted();
    expect(interrupted).toMatchObject([{ slot: 6, epoch: 3, states: STATES }]);
    expect(interrupted[0].maps.map(bytes)).toEqual([undefined, undefined, [4, 5]]);
    await again.discard(interrupted[0]);
    expect(drops).toEqual([[6, 'unfit']]);
    expect(await again.interrupted()).toEqual([]);
  });

  it('does not keep features that came too late for a sample of the last process', async () => {
    const { outbox, folder } = await openOutbox();
    await outbox.putPart(6, 2, Uint8Array.of(4, 5));
    await outbox.stop();
    const { outbox: again } = await openOutbox({ folder });
    await again.interrupted();
    await again.begin(6, CONTEXT);
    expect((await again.interrupted())[0].maps).toEqual([undefined, undefined, undefined]);
  });
});

/** A folder with these entries, in a table: LevelDB moves them there from its log at the second start. */
async function withTable(entries: readonly number[]): Promise<string> {
  const { outbox, folder } = await openOutbox();
  for (const slot of entries) await outbox.put(unanswered(slot), frame(slot));
  await outbox.stop();
  const { outbox: second } = await openOutbox({ folder });
  await second.stop();
  return folder;
}

describe('an outbox that does not open as it should', () => {
  it('refuses a folder that another edge has, and one that is none', async () => {
    const { folder } = await openOutbox();
    await expect(openOutbox({ folder })).rejects.toMatchObject({ code: 'DDNN_OUTBOX_LOCKED', userFault: true });
    const file = newFolder();
    writeFileSync(file, 'x');
    await expect(openOutbox({ folder: file })).rejects.toMatchObject({ code: 'DDNN_OUTBOX_FOLDER', userFault: true });
    await expect(openOutbox({ folder: file })).rejects.toThrow('outbox.folder');
  });

  it.each([
    ['CURRENT is empty, as after a power cut', 'CURRENT', ''],
    ['CURRENT names nothing', 'CURRENT', 'MANIFEST-999999\n'],
  ])('repairs a damaged one where %s: a copy is set aside, every entry is there', async (_, name, content) => {
    const { outbox, folder } = await openOutbox();
    for (const slot of [1, 2, 3]) await outbox.put(unanswered(slot), frame(slot));
    await outbox.stop();
    writeFileSync(path.join(folder, name), content);
    const { outbox: again, state } = await openOutbox({ folder });
    expect(state).toMatchObject({ entries: 3, lost: 0, setAside: expect.stringContaining(`${folder}.damaged-`) });
    expect(readFileSync(path.join(state.setAside!, name), 'utf8')).toBe(content);
    expect(slots(again)).toEqual([1, 2, 3]);
    await again.put(unanswered(4), frame(4));
    await again.stop();
    expect((await openOutbox({ folder })).state).toEqual({ entries: 4, lost: 0, setAside: undefined });
  });

  it('repairs one that lost its file CURRENT, in place of beginning a new one', async () => {
    const folder = await withTable([1, 2, 3]);
    rmSync(path.join(folder, 'CURRENT'));
    const { outbox, state } = await openOutbox({ folder });
    expect(state).toMatchObject({ entries: 3, lost: 0, setAside: expect.stringContaining(`${folder}.damaged-`) });
    expect(slots(outbox)).toEqual([1, 2, 3]);
  });

  it.each([
    ['cut off', (table: Buffer) => table.subarray(0, table.length >> 1)],
    ['empty', () => Buffer.alloc(0)],
    ['overwritten', (table: Buffer) => Buffer.alloc(table.length)],
  ])('sets one aside whose table is %s, and works', async (_, damaged) => {
    const folder = await withTable([1, 2, 3]);
    const table = path.join(folder, readdirSync(folder).find((name) => name.endsWith('.ldb'))!);
    writeFileSync(table, damaged(readFileSync(table)));
    const { outbox, state } = await openOutbox({ folder });
    expect(state.setAside).toContain(`${folder}.damaged-`);
    await outbox.put(unanswered(4), frame(4));
    await outbox.stop();
    expect((await openOutbox({ folder })).state).toMatchObject({ setAside: undefined });
  });

  it('counts what is missing behind a log that was damaged in its middle', async () => {
    const { outbox, folder } = await openOutbox();
    for (let slot = 0; slot < 200; slot++) await outbox.put(unanswered(slot), new Uint8Array(500).fill(slot));
    await outbox.stop();
    const log = path.join(folder, readdirSync(folder).find((name) => name.endsWith('.log'))!);
    const content = readFileSync(log);
    content.fill(0x55, content.length >> 1, (content.length >> 1) + 100);
    writeFileSync(log, content);
    const { outbox: again, state } = await openOutbox({ folder });
    expect(state.lost).toBeGreaterThan(0);
    expect(state.entries + state.lost).toBe(200);
    expect(again.size).toBe(state.entries);
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
    const kept = new Map(features(outbox).map((entry) => [entry.slot, entry]));
    const interrupted = new Map((await outbox.interrupted()).map((sample) => [sample.slot, sample]));
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
