import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterAll, expect, it } from 'vitest';
import { LAYOUT, LAYOUT_STEPS, stepLayout } from './layouts.js';
import { StoreFile } from './store-file.js';
import { fromRow } from './verdict-row.js';

const folder = mkdtempSync(join(tmpdir(), 'ddnn-layouts-'));
afterAll(() => rmSync(folder, { recursive: true }));

const open = (file: string) => new StoreFile({ file, maxVerdicts: 100_000, maxWaitingLabels: 1000 });

/** A file as the first software wrote it, with rows. */
function firstLayout(name: string, verdicts = 3): string {
  const file = join(folder, name);
  const db = new Database(file);
  db.exec('PRAGMA journal_mode = WAL');
  stepLayout(db, 0);
  db.exec(`
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${verdicts})
    INSERT INTO verdict SELECT 'plaza', i, 'north', 'car', 0, 'fallback', 'deadline', 0.25, '2102', 1, 100 * i, 5000,
      100 * i, 'bus', 1, 0.5, 9000 FROM n;
    INSERT INTO label VALUES ('plaza', 1, 'bus'), ('plaza', 900000, 'car'), ('yard', 1, 'car');
    INSERT INTO tally VALUES ('plaza', 'fallback', 'car', 'bus', 1, 1), ('plaza', 'fallback', 'car', '', 1, ${verdicts - 1});
  `);
  db.close();
  return file;
}

function layoutOf(file: string): number {
  const db = new Database(file);
  const { user_version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  db.close();
  return user_version;
}

it('brings a file of the first layout to this one with all that it has, and keeps a copy of it', () => {
  const file = firstLayout('first.sqlite');
  const store = open(file);
  store.openToWrite();
  const verdict = fromRow(store.verdict('plaza', 1)!);
  expect(verdict).toEqual({
    site: 'plaza',
    edge: 'north',
    slot: 1,
    class: 'car',
    classIndex: 0,
    exit: 'fallback',
    reason: 'deadline',
    uncertainty: 0.25,
    views: expect.any(Array),
    epoch: 1,
    capturedAt: 100,
    storedAt: 5000,
    label: 'bus',
    revised: { class: 'bus', classIndex: 1, uncertainty: 0.5, storedAt: 9000 },
  });
  expect(verdict.views).toHaveLength(4);
  expect(store.page({ exit: 'fallback', limit: 10 }).rows.map((row) => fromRow(row).label)).toEqual([
    null,
    null,
    'bus',
  ]);
  expect(store.tally('plaza').reduce((sum, { count }) => sum + count, 0)).toBe(3);
  // A label that came first is still there for its verdict.
  const late = ['yard', 1, 'e', 'car', 0, 'local', 'none', 0, '', 1, null, 1, 1];
  expect(store.commit([{ kind: 'verdicts', values: late }]).results).toEqual([['car']]);
  store.close();
  expect(layoutOf(file)).toBe(LAYOUT);
  const copy = new Database(`${file}.layout1`);
  expect(copy.prepare('SELECT count(*) AS rows, sum(entropy) AS sum FROM verdict').get()).toMatchObject({
    rows: 3,
    sum: 0.75,
  });
  copy.close();
  expect(layoutOf(`${file}.layout1`)).toBe(1);
});

it('keeps no copy of a new file, nor at a start without a step', () => {
  const file = join(folder, 'new.sqlite');
  for (let start = 0; start < 2; start++) {
    const store = open(file);
    store.openToWrite();
    store.close();
  }
  expect(readdirSync(folder).filter((name) => name.startsWith('new.sqlite.'))).toEqual([]);
});

it.each(LAYOUT_STEPS.map((_, from) => from))(
  'leaves the old layout where the step from layout %i is cut off',
  (from) => {
    const file = from === 0 ? join(folder, 'cut-0.sqlite') : firstLayout(`cut-${from}.sqlite`, 20_000);
    if (from > 1) {
      const db = new Database(file);
      for (let step = 1; step < from; step++) stepLayout(db, step);
      db.close();
    }
    // SQLite may write to the disk what it likes before the end: a small cache makes it.
    const program = `
    import { createRequire } from 'node:module';
    const require = createRequire(${JSON.stringify(import.meta.url)});
    const db = new (require('libsql'))(${JSON.stringify(file)});
    db.exec('PRAGMA journal_mode = WAL; PRAGMA cache_size = 5');
    db.exec('BEGIN IMMEDIATE; ' + ${JSON.stringify(LAYOUT_STEPS[from])} + 'PRAGMA user_version = ${from + 1};');
    process.kill(process.pid, 'SIGKILL');
  `;
    const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', program]);
    expect(signal).toBe('SIGKILL');
    expect(layoutOf(file)).toBe(from);
    const store = open(file);
    store.openToWrite();
    expect(store.page({ limit: 1 }).rows).toHaveLength(from === 0 ? 0 : 1);
    expect(store.tally().reduce((sum, { count }) => sum + count, 0)).toBe(from === 0 ? 0 : 20_000);
    store.close();
    expect(layoutOf(file)).toBe(LAYOUT);
  },
);

it('writes the copy again where an earlier one was cut off', () => {
  const file = firstLayout('again.sqlite');
  const db = new Database(`${file}.layout1.part`);
  db.exec('CREATE TABLE half (a)');
  db.close();
  const store = open(file);
  store.openToWrite();
  store.close();
  expect(existsSync(`${file}.layout1.part`)).toBe(false);
  expect(layoutOf(`${file}.layout1`)).toBe(1);
});

it('leaves a database of another program alone', () => {
  const file = join(folder, 'other.sqlite');
  const db = new Database(file);
  db.exec('CREATE TABLE theirs (a)');
  db.close();
  expect(() => open(file).openToWrite()).toThrow(expect.objectContaining({ code: 'DDNN_STORE_FILE' }));
});
