import { closeSync, openSync, readSync, renameSync, rmSync } from 'node:fs';
import Database from 'libsql';
import { LAYOUT, stepLayout } from './layouts.js';
import { StoreError } from './store-error.js';

/** The first bytes of SQLite's log (the lowest bit varies), then the version of its format. */
const LOG_MAGIC = 0x377f0682;
const LOG_FORMAT = 3_007_000;

/**
 * Opens the SQLite file for writing, or makes it, and brings it to this software's layout. When a commit returns, it is
 * on disk, because an edge then deletes its own copy. Throws `DDNN_STORE_VERSION`, `_DAMAGED`, `_FILE`, or SQLite's
 * error.
 */
export function openToWrite(file: string): Database.Database {
  refuseForeignLog(file);
  const db = new Database(file);
  try {
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 2000');
    bringToLayout(db, file);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Opens, for reading only, a file that a writer has open. */
export function openToRead(file: string): Database.Database {
  const db = new Database(file);
  db.exec('PRAGMA query_only = 1; PRAGMA busy_timeout = 2000');
  return db;
}

function bringToLayout(db: Database.Database, file: string): void {
  const { user_version: layout } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (layout > LAYOUT) {
    throw new StoreError('DDNN_STORE_VERSION', `store.file ${file}: layout ${layout}, this software has ${LAYOUT}`);
  }
  if (layout === 0 && db.prepare('SELECT name FROM sqlite_schema LIMIT 1').get()) {
    throw new StoreError('DDNN_STORE_FILE', `store.file ${file}: a database of another program`);
  }
  if (layout > 0 && layout < LAYOUT) keepCopy(db, `${file}.layout${layout}`);
  for (let from = layout; from < LAYOUT; from++) stepLayout(db, from);
}

/**
 * A copy that older software can still read. It is written under another name and then renamed, so it is complete or
 * not there.
 */
function keepCopy(db: Database.Database, copy: string): void {
  rmSync(`${copy}.part`, { force: true });
  db.prepare('VACUUM INTO ?').run([`${copy}.part`]);
  renameSync(`${copy}.part`, copy);
}

/**
 * If the log does not begin as a log must, SQLite treats it as empty, and the last commits are lost. Damage further on
 * can't be told from a transaction that a power cut interrupted: SQLite stops reading at the first record that is not
 * complete.
 */
function refuseForeignLog(file: string): void {
  const log = `${file}-wal`;
  const start = firstBytes(log, 8);
  if (start.length === 0) return;
  if (start.length === 8 && start.readUInt32BE(0) >>> 1 === LOG_MAGIC >>> 1 && start.readUInt32BE(4) === LOG_FORMAT)
    return;
  const what = 'is not what SQLite wrote, and what was stored last is lost; move it away to start without';
  throw new StoreError('DDNN_STORE_DAMAGED', `store.file ${file}: its log ${log} ${what}`);
}

function firstBytes(file: string, length: number): Buffer {
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
  try {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(handle, bytes, 0, length, 0));
  } finally {
    closeSync(handle);
  }
}
