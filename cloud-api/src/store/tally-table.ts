import type { ExitName } from '@ddnn/protocol';
import type Database from 'libsql';
import type { TallyRow } from './verdict-store.js';

/** Stands for *no label*; an empty label can't be given. */
const UNLABELLED = '';

/** A row, and what to add to its count. */
interface Counted {
  readonly columns: readonly [site: string, exit: string, name: string, label: string, revised: 0 | 1];
  count: number;
}

/**
 * Counts of verdicts, changed in the same transaction as the verdicts, so that statistics need not read millions of
 * rows.
 */
export class TallyTable {
  readonly #db: Database.Database;
  readonly #add: Database.Statement;
  /** The changes of this transaction. The key is all columns but the count. */
  readonly #counted = new Map<string, Counted>();

  constructor(db: Database.Database) {
    this.#db = db;
    this.#add = db.prepare(
      `INSERT INTO tally (site, exit, class, label, revised, count) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET count = count + excluded.count`,
    );
  }

  /** Counts a verdict; with -1, takes one off. Call {@link write} before the transaction ends. */
  add(site: string, exit: string, name: string, given: string | null, isRevised: boolean, count: 1 | -1): void {
    const label = given ?? UNLABELLED;
    const revised = isRevised ? 1 : 0;
    const key = `${revised}${exit}/${site}/${name.length}/${name}${label}`;
    let counted = this.#counted.get(key);
    if (!counted) {
      counted = { columns: [site, exit, name, label, revised], count: 0 };
      this.#counted.set(key, counted);
    }
    counted.count += count;
  }

  /** Writes what was counted since the last call: one statement for all verdicts with the same key. */
  write(): void {
    for (const { columns, count } of this.#counted.values()) this.#add.run([...columns, count]);
    this.#counted.clear();
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
