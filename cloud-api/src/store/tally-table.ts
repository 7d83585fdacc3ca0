import type { ExitName } from '@ddnn/protocol';
import type Database from 'libsql';
import type { StoredVerdict, TallyRow } from './verdict-store.js';

/** No label. An empty one can't be given. */
const UNLABELLED = '';

/** Counts of verdicts, kept beside them in the same transaction: statistics must not read millions of rows. */
export class TallyTable {
  readonly #db: Database.Database;
  readonly #add: Database.Statement;

  constructor(db: Database.Database) {
    this.#db = db;
    this.#add = db.prepare(
      `INSERT INTO tally (site, exit, class, label, revised, count) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET count = count + excluded.count`,
    );
  }

  /** Counts a verdict, or, with -1, no longer. */
  add(verdict: StoredVerdict, count: 1 | -1): void {
    const { site, exit, class: name, label, revised } = verdict;
    this.#add.run([site, exit, name, label ?? UNLABELLED, revised ? 1 : 0, count]);
  }

  rows(site?: string): TallyRow[] {
    const rows = this.#db
      .prepare(
        `SELECT exit, class, label, revised, SUM(count) AS count FROM tally ${site === undefined ? '' : 'WHERE site = ?'}
         GROUP BY exit, class, label, revised HAVING SUM(count) > 0 ORDER BY class, exit`,
      )
      .all(site === undefined ? [] : [site]) as {
      exit: ExitName;
      class: string;
      label: string;
      revised: number;
      count: number;
    }[];
    return rows.map(({ exit, class: name, label, revised, count }) => ({
      exit,
      class: name,
      label: label === UNLABELLED ? null : label,
      revised: revised === 1,
      count,
    }));
  }
}
