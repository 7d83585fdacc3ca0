import Database from 'libsql';
import { StoreError } from './store-error.js';

/** Layout of the file, in SQLite's `user_version`. */
const LAYOUT = 2;

/** What brings a file of layout `n` to `n + 1`, by `n`. */
const MIGRATIONS: Readonly<Record<number, string>> = {
  1: `
    ALTER TABLE verdict RENAME COLUMN entropy TO uncertainty;
    ALTER TABLE verdict RENAME COLUMN revised_entropy TO revised_uncertainty;
  `,
};

const TABLES = `
  CREATE TABLE verdict (
    site TEXT NOT NULL, slot INTEGER NOT NULL, edge TEXT NOT NULL, class TEXT NOT NULL, class_index INTEGER NOT NULL,
    exit TEXT NOT NULL, reason TEXT NOT NULL, uncertainty REAL NOT NULL, views TEXT NOT NULL, epoch INTEGER NOT NULL,
    captured_at INTEGER, stored_at INTEGER NOT NULL, time INTEGER NOT NULL,
    revised_class TEXT, revised_index INTEGER, revised_uncertainty REAL, revised_at INTEGER,
    PRIMARY KEY (site, slot)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX verdict_time ON verdict (time, slot, site);
  CREATE INDEX verdict_site_time ON verdict (site, time, slot);
  CREATE TABLE label (
    site TEXT NOT NULL, slot INTEGER NOT NULL, label TEXT NOT NULL, PRIMARY KEY (site, slot)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE tally (
    site TEXT NOT NULL, exit TEXT NOT NULL, class TEXT NOT NULL, label TEXT NOT NULL, revised INTEGER NOT NULL,
    count INTEGER NOT NULL, PRIMARY KEY (site, exit, class, label, revised)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE edge (
    site TEXT NOT NULL, edge TEXT NOT NULL, report TEXT NOT NULL, PRIMARY KEY (site, edge)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE device (
    site TEXT NOT NULL, edge TEXT NOT NULL, device TEXT NOT NULL, report TEXT NOT NULL,
    PRIMARY KEY (site, edge, device)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE traffic (
    site TEXT NOT NULL, edge TEXT NOT NULL, report TEXT NOT NULL, PRIMARY KEY (site, edge)
  ) STRICT, WITHOUT ROWID;
`;

/** A file is of one layout or of the next, never between. */
function migrate(db: Database.Database, from: number): void {
  db.exec(`BEGIN IMMEDIATE; ${MIGRATIONS[from]} PRAGMA user_version = ${from + 1}; COMMIT`);
}

/**
 * Opens the SQLite file, or makes it. A commit is on disk when it returns, for it is what an edge forgets its own copy
 * upon. Throws `DDNN_STORE_FILE` or `DDNN_STORE_VERSION`.
 */
export function openSqliteFile(file: string): Database.Database {
  let db: Database.Database | undefined;
  try {
    db = new Database(file);
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 2000');
    const { user_version: layout } = db.prepare('PRAGMA user_version').get() as { user_version: number };
    if (layout > LAYOUT) {
      throw new StoreError('DDNN_STORE_VERSION', `store.file ${file}: layout ${layout}, this software has ${LAYOUT}`);
    }
    if (layout === 0) db.exec(`BEGIN; ${TABLES} PRAGMA user_version = ${LAYOUT}; COMMIT`);
    else for (let from = layout; from < LAYOUT; from++) migrate(db, from);
    return db;
  } catch (cause) {
    db?.close();
    if (cause instanceof StoreError) throw cause;
    const why = (cause as Error).message;
    throw new StoreError('DDNN_STORE_FILE', `store.file ${file}: cannot be opened: ${why}`, { cause });
  }
}
