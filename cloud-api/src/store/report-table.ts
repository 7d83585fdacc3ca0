import type Database from 'libsql';

/** What a report can be about; each kind has a table of its own. */
export type ReportKind = 'edge' | 'device' | 'traffic';

/** The columns that tell reports of a kind apart. */
const KEYS = { edge: ['site', 'edge'], device: ['site', 'edge', 'device'], traffic: ['site', 'edge'] } as const;

/**
 * The latest report of each edge, device and link. Reports are always read as a whole and never searched, so they are
 * stored as JSON.
 */
export class ReportTable {
  readonly #db: Database.Database;

  constructor(db: Database.Database) {
    this.#db = db;
  }

  put(kind: ReportKind, key: readonly string[], report: string): void {
    const places = key.map(() => '?');
    const sql = `INSERT INTO ${kind} (${KEYS[kind]}, report) VALUES (${places}, ?)
                 ON CONFLICT DO UPDATE SET report = excluded.report`;
    this.#db.prepare(sql).run([...key, report]);
  }

  rows(kind: ReportKind, site?: string): string[] {
    const sql = `SELECT report FROM ${kind} ${site === undefined ? '' : 'WHERE site = ?'}`;
    const rows = this.#db
      .prepare(sql)
      .raw()
      .all(site === undefined ? [] : [site]) as [string][];
    return rows.map(([report]) => report);
  }
}

/** The values of a report's key, in the order of its columns. */
export function reportKey(kind: ReportKind, report: { readonly [K in 'site' | 'edge' | 'device']?: string }): string[] {
  return KEYS[kind].map((column) => report[column]!);
}
