import type Database from 'libsql';

/**
 * Step `n` changes a file of layout `n` into one of layout `n + 1`. A new file goes through all steps, so it is the
 * same as an old file that was brought up to date. Never change a step that has been published: write the next one.
 */
export const LAYOUT_STEPS: readonly string[] = [
  `
    CREATE TABLE verdict (
      site TEXT NOT NULL, slot INTEGER NOT NULL, edge TEXT NOT NULL, class TEXT NOT NULL, class_index INTEGER NOT NULL,
      exit TEXT NOT NULL, reason TEXT NOT NULL, entropy REAL NOT NULL, views TEXT NOT NULL, epoch INTEGER NOT NULL,
      captured_at INTEGER, stored_at INTEGER NOT NULL, time INTEGER NOT NULL,
      revised_class TEXT, revised_index INTEGER, revised_entropy REAL, revised_at INTEGER,
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
  `,
  `
    ALTER TABLE verdict RENAME COLUMN entropy TO uncertainty;
    ALTER TABLE verdict RENAME COLUMN revised_entropy TO revised_uncertainty;
  `,
  // A label is stored with its verdict. A label whose verdict has not come waits here, in the order of coming, so that
  // the oldest can be deleted.
  `
    ALTER TABLE verdict ADD COLUMN label TEXT;
    UPDATE verdict SET label = label.label FROM label WHERE label.site = verdict.site AND label.slot = verdict.slot;
    CREATE TABLE waiting_label (
      id INTEGER PRIMARY KEY, site TEXT NOT NULL, slot INTEGER NOT NULL, label TEXT NOT NULL, UNIQUE (site, slot)
    ) STRICT;
    INSERT INTO waiting_label (site, slot, label) SELECT site, slot, label FROM label WHERE NOT EXISTS
      (SELECT 1 FROM verdict WHERE verdict.site = label.site AND verdict.slot = label.slot) ORDER BY slot;
    DROP TABLE label;
    CREATE INDEX verdict_exit_class ON verdict (exit, class, time, slot, site);
    CREATE INDEX verdict_site_exit_class ON verdict (site, exit, class, time, slot);
  `,
];

/** Layout that this software writes, in SQLite's `user_version`. */
export const LAYOUT = LAYOUT_STEPS.length;

/** Brings the tables from one layout to the next, in one transaction: a file is never between two layouts. */
export function stepLayout(db: Database.Database, from: number): void {
  db.exec(`BEGIN IMMEDIATE; ${LAYOUT_STEPS[from]} PRAGMA user_version = ${from + 1}; COMMIT`);
}
