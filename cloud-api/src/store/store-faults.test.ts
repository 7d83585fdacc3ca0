import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterAll, describe, expect, it } from 'vitest';
import { SqliteStore } from './sqlite-store.js';
import { StoreFile } from './store-file.js';

const folder = mkdtempSync(join(tmpdir(), 'ddnn-faults-'));
const disk = join(folder, 'disk');
mkdirSync(disk);
/** A small disk of its own; only root may have one. */
const hasDisk = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]).status === 0;
afterAll(() => {
  if (hasDisk) spawnSync('umount', ['-l', disk]);
  rmSync(folder, { recursive: true });
});

const store = (file: string) => new StoreFile({ file, maxVerdicts: 100_000, maxWaitingLabels: 1000 });
const row = (slot: number) => ['plaza', slot, 'north', 'car', 0, 'local', 'none', 0.5, '21', 1, null, slot, slot];
const verdicts = (...slots: number[]) => ({ kind: 'verdicts', values: slots.flatMap(row) }) as const;
const code = (name: string) => expect.objectContaining({ code: name, userFault: true });
const sqliteCode = (name: string) => expect.objectContaining({ code: expect.stringContaining(name) });

/** A store with verdicts, closed in order. */
function filled(name: string, count: number): string {
  const file = join(folder, name);
  const first = store(file);
  first.openToWrite();
  first.commit([verdicts(...Array.from({ length: count }, (_, slot) => slot))]);
  first.close();
  return file;
}

function overwrite(file: string, at: number, bytes: number): void {
  writeSync(openSync(file, 'r+'), Buffer.alloc(bytes, 0x5a), 0, bytes, at);
}

/** Ends a cloud's process without a word while it has the store open. */
function killedWith(file: string, program: string): void {
  const code = `
    import { StoreFile } from ${JSON.stringify(new URL('../../dist/store/store-file.js', import.meta.url))};
    const store = new StoreFile({ file: ${JSON.stringify(file)}, maxVerdicts: 1000, maxWaitingLabels: 10 });
    store.openToWrite();
    ${program}
    process.kill(process.pid, 'SIGKILL');
  `;
  const { signal, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code]);
  expect(signal, stderr.toString()).toBe('SIGKILL');
}

describe('two clouds on one store', () => {
  it('lets the second say so, by whatever name, and the next one in when the first has stopped', () => {
    const file = join(folder, 'twice.sqlite');
    const first = store(file);
    first.openToWrite();
    symlinkSync(file, join(folder, 'link.sqlite'));
    expect(() => store(file).openToWrite()).toThrow(code('DDNN_STORE_IN_USE'));
    expect(() => store(join(folder, 'link.sqlite')).openToWrite()).toThrow(code('DDNN_STORE_IN_USE'));
    // The first goes on.
    expect(first.commit([verdicts(1)]).results).toEqual([[null]]);
    first.close();
    const next = store(file);
    next.openToWrite();
    next.close();
  });

  it('frees the store when the first is killed, and has what it had committed', () => {
    const file = join(folder, 'killed.sqlite');
    killedWith(file, `store.commit([${JSON.stringify(verdicts(7))}]);`);
    const next = store(file);
    next.openToWrite();
    expect(next.verdict('plaza', 7)).toBeDefined();
    next.close();
  });
});

describe.skipIf(!hasDisk)('a store on a disk that is full or read-only', () => {
  it('says that the disk is full, every time, counts nothing of it, and goes on when there is space', () => {
    const full = store(join(disk, 'full.sqlite'));
    full.openToWrite();
    full.commit([verdicts(1)]);
    spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'fill')}`, 'bs=1k']);
    const many = Array.from({ length: 200 }, (_, i) => 10 + i);
    for (let time = 0; time < 3; time++) {
      expect(() => full.commit([verdicts(...many)])).toThrow(sqliteCode('SQLITE_FULL'));
      expect(() => full.commit([{ kind: 'check' }, verdicts(...many)])).toThrow(/database or disk is full/);
    }
    // Reading goes on.
    expect(full.page({ limit: 10 }).rows).toHaveLength(1);
    rmSync(join(disk, 'fill'));
    full.commit([verdicts(...many)]);
    expect(full.tally()).toMatchObject([{ count: 201 }]);
    full.close();
  });

  it('does not start on a disk that is full', () => {
    spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'fill')}`, 'bs=1k']);
    expect(() => store(join(disk, 'none.sqlite')).openToWrite()).toThrow(code('DDNN_STORE_FULL'));
    rmSync(join(disk, 'fill'));
  });

  it('does not start where nothing can be written', () => {
    const readOnly = join(folder, 'readonly');
    mkdirSync(readOnly);
    spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', readOnly]);
    cpSync(filled('readonly.sqlite', 1), join(readOnly, 'v.sqlite'));
    expect(spawnSync('mount', ['-o', 'remount,ro', readOnly]).status).toBe(0);
    expect(() => store(join(readOnly, 'v.sqlite')).openToWrite()).toThrow(code('DDNN_STORE_READONLY'));
    spawnSync('umount', ['-l', readOnly]);
  });
});

describe('a damaged store', () => {
  it('says so, at the start or when it comes upon it', () => {
    const file = filled('pages.sqlite', 5_000);
    overwrite(file, 4096, statSync(file).size - 4096);
    const damaged = store(file);
    expect(() => damaged.openToWrite()).toThrow(code('DDNN_STORE_DAMAGED'));
    damaged.close();
  });

  it('stays not ready once a read has met the damage, though it can still write elsewhere', async () => {
    const file = filled('root.sqlite', 5_000);
    const db = new Database(file);
    const { rootpage } = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'verdict'").get() as {
      rootpage: number;
    };
    db.close();
    overwrite(file, (rootpage - 1) * 4096, 4096);
    const bounds = { maxVerdicts: 100_000, maxWaitingLabels: 1000, maxEntries: 100, maxMs: 2, maxQueued: 100 };
    const damaged = new SqliteStore({ file, ...bounds, readThreads: 1, maxQueuedReads: 10, readTimeoutMs: 10_000 });
    await damaged.start();
    await damaged.check();
    await expect(damaged.verdicts({ limit: 1_000 })).rejects.toThrow(code('DDNN_STORE_DAMAGED'));
    await expect(damaged.check()).rejects.toThrow(code('DDNN_STORE_DAMAGED'));
    await damaged.stop();
  });

  it('says so where the log with the last verdicts was overwritten, instead of starting without them', () => {
    const file = join(folder, 'log.sqlite');
    killedWith(file, `store.commit([${JSON.stringify(verdicts(1, 2, 3))}]);`);
    expect(statSync(`${file}-wal`).size).toBeGreaterThan(0);
    overwrite(`${file}-wal`, 0, 4096);
    expect(() => store(file).openToWrite()).toThrow(code('DDNN_STORE_DAMAGED'));
    // Moved away, as the message says, the store starts with what is in its file.
    rmSync(`${file}-wal`);
    const next = store(file);
    next.openToWrite();
    next.close();
  });

  it('refuses a file that is none of SQLite’s', () => {
    const file = join(folder, 'text.sqlite');
    writeFileSync(file, 'not a database, but long enough to be looked at '.repeat(100));
    expect(() => store(file).openToWrite()).toThrow(code('DDNN_STORE_FILE'));
  });
});
