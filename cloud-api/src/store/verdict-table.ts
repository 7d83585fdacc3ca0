import type Database from 'libsql';
import { TallyTable } from './tally-table.js';
import { decodeCursor, encodeCursor } from './verdict-cursor.js';
import { fromRow, NEW_COLUMNS, toRow, type VerdictRow, viewDigits } from './verdict-row.js';
import type { NewVerdict, PutResult, StoredVerdict, VerdictPage, VerdictQuery } from './verdict-store.js';

const SELECT = 'SELECT verdict.*, label.label AS label FROM verdict LEFT JOIN label USING (site, slot)';

/** The tables of verdicts and labels in SQLite. Every call is synchronous; transactions are the caller's. */
export class VerdictTable {
  readonly tally: TallyTable;
  readonly #db: Database.Database;
  readonly #insert: Database.Statement;
  readonly #revise: Database.Statement;
  readonly #overtake: Database.Statement;
  readonly #one: Database.Statement;
  readonly #label: Database.Statement;

  #rows: number;

  constructor(db: Database.Database) {
    this.#db = db;
    this.#rows = (db.prepare('SELECT count(*) AS rows FROM verdict').get() as { rows: number }).rows;
    this.tally = new TallyTable(db);
    const places = NEW_COLUMNS.replace(/\w+/g, '?');
    this.#insert = db.prepare(
      `INSERT INTO verdict (${NEW_COLUMNS}) VALUES (${places}) ON CONFLICT DO NOTHING RETURNING
       (SELECT label FROM label WHERE label.site = verdict.site AND label.slot = verdict.slot) AS label`,
    );
    this.#revise = db.prepare(
      `UPDATE verdict SET revised_class = ?, revised_index = ?, revised_uncertainty = ?, revised_at = ?
       WHERE site = ? AND slot = ?`,
    );
    this.#overtake = db.prepare(
      `UPDATE verdict SET edge = ?, class = ?, class_index = ?, exit = ?, reason = ?, uncertainty = ?, views = ?
       WHERE site = ? AND slot = ?`,
    );
    this.#one = db.prepare(`${SELECT} WHERE site = ? AND slot = ?`);
    this.#label = db.prepare(
      'INSERT INTO label (site, slot, label) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET label = excluded.label',
    );
  }

  put(verdict: NewVerdict): PutResult {
    const { site, slot } = verdict;
    const inserted = this.#insert.get(toRow(verdict)) as { label: string | null } | undefined;
    if (inserted) {
      const stored = { ...verdict, label: inserted.label, revised: null };
      this.#rows++;
      this.tally.add(stored, 1);
      return { outcome: 'stored', verdict: stored };
    }
    const before = this.get(site, slot)!;
    if (verdict.exit === 'fallback' && before.exit === 'cloud') return this.#becomeFallback(before, verdict);
    if (verdict.exit === 'fallback' && before.exit === 'fallback' && verdict.edge !== before.edge) {
      return this.#joinFallbacks(before, verdict);
    }
    if (verdict.exit !== 'cloud' || before.exit !== 'fallback' || before.revised) {
      return { outcome: 'duplicate', verdict: before };
    }
    const { class: name, classIndex, uncertainty, storedAt } = verdict;
    this.#revise.run([name, classIndex, uncertainty, storedAt, site, slot]);
    const revised = { ...before, revised: { class: name, classIndex, uncertainty, storedAt } };
    this.#recount(before, revised);
    return { outcome: 'revised', verdict: revised };
  }

  /**
   * The cloud had answered, but its verdict reached the edge after the fallback, which is final for whoever listens
   * live: the stored answer becomes the revision of that fallback.
   */
  #becomeFallback(before: StoredVerdict, verdict: NewVerdict): PutResult {
    const { site, slot, edge, class: name, classIndex, exit, reason, uncertainty } = verdict;
    const { class: answer, classIndex: answerIndex, uncertainty: answerUncertainty, storedAt } = before;
    this.#overtake.run([edge, name, classIndex, exit, reason, uncertainty, viewDigits(verdict.views), site, slot]);
    this.#revise.run([answer, answerIndex, answerUncertainty, storedAt, site, slot]);
    const after = this.get(site, slot)!;
    this.#recount(before, after);
    return { outcome: 'revised', verdict: after };
  }

  /** Several edges of a site fell back, each on its own views: the surer one stands, with the views of both. */
  #joinFallbacks(before: StoredVerdict, verdict: NewVerdict): PutResult {
    const best = verdict.uncertainty < before.uncertainty ? verdict : before;
    const views = verdict.views.map((state, view) => (state === 'lost' ? before.views[view] : state));
    const { edge, class: name, classIndex, exit, reason, uncertainty } = best;
    const { site, slot } = before;
    this.#overtake.run([edge, name, classIndex, exit, reason, uncertainty, viewDigits(views), site, slot]);
    const after = this.get(site, slot)!;
    this.#recount(before, after);
    return { outcome: 'duplicate', verdict: after };
  }

  /** Deletes the oldest verdicts and their labels, a tenth too many at once so that it is seldom done. */
  keepNewest(max: number): void {
    if (this.#rows <= max * 1.1) return;
    const oldest = 'SELECT site, slot FROM verdict ORDER BY time, slot, site LIMIT ?';
    const surplus = this.#rows - max;
    this.#db.prepare(`DELETE FROM label WHERE (site, slot) IN (${oldest})`).run([surplus]);
    this.#db.prepare(`DELETE FROM verdict WHERE (site, slot) IN (${oldest})`).run([surplus]);
    this.#rows = max;
  }

  putLabel(site: string, slot: number, label: string): void {
    const before = this.get(site, slot);
    this.#label.run([site, slot, label]);
    if (before) this.#recount(before, { ...before, label });
  }

  get(site: string, slot: number): StoredVerdict | undefined {
    const row = this.#one.get([site, slot]) as VerdictRow | undefined;
    return row && fromRow(row);
  }

  page(query: VerdictQuery): VerdictPage {
    const { sql, values } = conditions(query);
    const text = `${SELECT} ${sql} ORDER BY verdict.time DESC, verdict.slot DESC, verdict.site DESC LIMIT ?`;
    const rows = this.#db.prepare(text).all([...values, query.limit + 1]) as VerdictRow[];
    const page = rows.slice(0, query.limit);
    return { verdicts: page.map(fromRow), next: rows.length > page.length ? encodeCursor(page.at(-1)!) : null };
  }

  #recount(before: StoredVerdict, after: StoredVerdict): void {
    this.tally.add(before, -1);
    this.tally.add(after, 1);
  }
}

function conditions(query: VerdictQuery): { sql: string; values: (string | number)[] } {
  const parts: string[] = [];
  const values: (string | number)[] = [];
  const where = (sql: string, ...given: (string | number | undefined)[]) => {
    if (given.some((value) => value === undefined)) return;
    parts.push(sql);
    values.push(...(given as (string | number)[]));
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
