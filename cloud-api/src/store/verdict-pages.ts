import { type ExitName, exitNames } from '@ddnn/protocol';
import type Database from 'libsql';
import { decodeCursor, encodeCursor } from './verdict-cursor.js';
import { COLUMNS, type Row, type SqlValue } from './verdict-row.js';
import type { VerdictQuery } from './verdict-store.js';

/** SQLite merges no more than 500 ordered selections in one statement. */
const MOST_STREAMS = 400;
/** Places of the columns in {@link COLUMNS} that make a cursor. */
const [SITE, SLOT, TIME] = [0, 1, 12];

/** A page as rows of {@link COLUMNS}. */
export interface RowPage {
  readonly rows: readonly Row[];
  readonly next: string | null;
}

interface Condition {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/**
 * Reads verdicts in pages. If a filter leaves exit or class open, there is one ordered stream for each of their values,
 * straight from an index, and the streams are merged. So the cost of a page depends on its length, not on how rare the
 * verdicts are that the filter asks for.
 */
export class VerdictPages {
  readonly #db: Database.Database;

  constructor(db: Database.Database) {
    this.#db = db;
  }

  get(site: string, slot: number): Row | undefined {
    const one = this.#db.prepare(`SELECT ${COLUMNS} FROM verdict WHERE site = ? AND slot = ?`).raw();
    return one.get([site, slot]) as Row | undefined;
  }

  /** Throws `DDNN_STORE_CURSOR`. */
  page(query: VerdictQuery): RowPage {
    const streams = this.#streams(query);
    const select = streams.map(({ sql }) => `SELECT site, slot, time FROM verdict ${sql}`).join(' UNION ALL ');
    const columns = COLUMNS.replace(/\w+/g, 'verdict.$&');
    const sql = `
      SELECT ${columns} FROM (${select} ORDER BY time DESC, slot DESC, site DESC LIMIT ?) AS page
      CROSS JOIN verdict ON verdict.site = page.site AND verdict.slot = page.slot
      ORDER BY page.time DESC, page.slot DESC, page.site DESC`;
    const values = streams.flatMap(({ values }) => values);
    const rows = this.#db
      .prepare(sql)
      .raw()
      .all([...values, query.limit + 1]) as Row[];
    if (rows.length <= query.limit) return { rows, next: null };
    rows.length = query.limit;
    const last = rows[query.limit - 1];
    const [site, slot, time] = [last[SITE] as string, last[SLOT] as number, last[TIME] as number];
    return { rows, next: encodeCursor({ time, slot, site }) };
  }

  /** Conditions that cover the query together. No row matches two of them, and each has an index in page order. */
  #streams(query: VerdictQuery): Condition[] {
    const { exit, class: name } = query;
    if (exit === undefined && name === undefined) return [condition(query)];
    if (exit === undefined) return exitNames.map((each) => condition({ ...query, exit: each }));
    if (name !== undefined) return [condition(query)];
    const classes = this.#classes(query.site, exit);
    if (classes.length === 0) return [condition({ ...query, class: '' })];
    return classes.length > MOST_STREAMS
      ? [condition(query)]
      : classes.map((each) => condition({ ...query, class: each }));
  }

  /**
   * The classes of an exit. The index leads from one class directly to the next, however many rows are between them.
   */
  #classes(site: string | undefined, exit: ExitName): string[] {
    const { sql, values } = condition({ site, exit });
    const rows = this.#db
      .prepare(
        `WITH RECURSIVE each (class) AS (
           SELECT min(class) FROM verdict ${sql}
           UNION ALL SELECT (SELECT min(class) FROM verdict ${sql} AND class > each.class) FROM each
           WHERE each.class IS NOT NULL
         ) SELECT class FROM each WHERE class IS NOT NULL`,
      )
      .raw()
      .all([...values, ...values]) as [string][];
    return rows.map(([name]) => name);
  }
}

function condition(query: Omit<VerdictQuery, 'limit'>): Condition {
  const parts: string[] = [];
  const values: SqlValue[] = [];
  const where = (sql: string, ...given: (SqlValue | undefined)[]) => {
    if (given.some((value) => value === undefined)) return;
    parts.push(sql);
    values.push(...(given as SqlValue[]));
  };
  where('verdict.site = ?', query.site);
  where('verdict.exit = ?', query.exit);
  where('verdict.class = ?', query.class);
  where('verdict.time >= ?', query.from);
  where('verdict.time < ?', query.to);
  if (query.cursor !== undefined) {
    const { time, slot, site } = decodeCursor(query.cursor);
    where('(verdict.time, verdict.slot, verdict.site) < (?, ?, ?)', time, slot, site);
  }
  return { sql: parts.length > 0 ? `WHERE ${parts.join(' AND ')}` : '', values };
}
