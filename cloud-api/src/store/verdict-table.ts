import type Database from 'libsql';
import type { TallyTable } from './tally-table.js';
import { COLUMNS, fromNewRow, fromRow, NEW_COLUMNS, type Row, viewDigits } from './verdict-row.js';
import type { NewVerdict, PutOutcome, StoredVerdict } from './verdict-store.js';
import type { WaitingLabels } from './waiting-labels.js';

/**
 * Most verdicts deleted in one transaction: after the bound was lowered, deleting must not delay new writes for long.
 */
const MOST_DELETED = 4_096;
/** How far above the bound the number of verdicts may grow before some are deleted. */
const SLACK = 1_024;

/** What happened to a row: the label of a new verdict, or the stored verdict as it is now. */
export type PutRow = string | null | { readonly outcome: PutOutcome; readonly row: Row };

/** Writes verdicts and their labels. Every call is synchronous; transactions are the caller's. */
export class VerdictTable {
  readonly #tally: TallyTable;
  readonly #labels: WaitingLabels;
  readonly #insert: Database.Statement;
  readonly #revise: Database.Statement;
  readonly #overtake: Database.Statement;
  readonly #one: Database.Statement;
  readonly #label: Database.Statement;
  readonly #oldest: Database.Statement;
  #rows: number;

  constructor(db: Database.Database, tally: TallyTable, labels: WaitingLabels) {
    this.#tally = tally;
    this.#labels = labels;
    this.#rows = (db.prepare('SELECT count(*) AS rows FROM verdict').get() as { rows: number }).rows;
    const places = NEW_COLUMNS.split(',').map((_, i) => `?${i + 1}`);
    this.#insert = db
      .prepare(
        `INSERT INTO verdict (${NEW_COLUMNS}, label)
         VALUES (${places}, (SELECT label FROM waiting_label WHERE site = ?1 AND slot = ?2))
         ON CONFLICT DO NOTHING RETURNING label`,
      )
      .raw();
    this.#revise = db.prepare(
      `UPDATE verdict SET revised_class = ?, revised_index = ?, revised_uncertainty = ?, revised_at = ?
       WHERE site = ? AND slot = ?`,
    );
    this.#overtake = db.prepare(
      `UPDATE verdict SET edge = ?, class = ?, class_index = ?, exit = ?, reason = ?, uncertainty = ?, views = ?
       WHERE site = ? AND slot = ?`,
    );
    this.#one = db.prepare(`SELECT ${COLUMNS} FROM verdict WHERE site = ? AND slot = ?`).raw();
    this.#label = db.prepare('UPDATE verdict SET label = ? WHERE site = ? AND slot = ?');
    this.#oldest = db.prepare(
      'DELETE FROM verdict WHERE (site, slot) IN (SELECT site, slot FROM verdict ORDER BY time, slot, site LIMIT ?)',
    );
  }

  /** Puts a row of {@link NEW_COLUMNS}. */
  put(row: Row): PutRow {
    const inserted = this.#insert.get(row) as [string | null] | undefined;
    if (inserted) {
      const [label] = inserted;
      const [site, slot] = row as [string, number];
      if (label !== null) this.#labels.forget(site, slot);
      this.#rows++;
      this.#tally.add(row[0] as string, row[5] as string, row[3] as string, label, false, 1);
      return label;
    }
    return this.#putAgain(fromNewRow(row));
  }

  /** The sample has a verdict already. */
  #putAgain(verdict: NewVerdict): PutRow {
    const { site, slot } = verdict;
    const before = this.#get(site, slot)!;
    let outcome: PutOutcome = 'duplicate';
    if (verdict.exit === 'fallback' && before.exit === 'cloud') {
      this.#becomeFallback(before, verdict);
      outcome = 'revised';
    } else if (verdict.exit === 'fallback' && before.exit === 'fallback' && verdict.edge !== before.edge) {
      outcome = this.#joinFallbacks(before, verdict);
    } else if (verdict.exit === 'cloud' && before.exit === 'fallback' && !before.revised) {
      const { class: name, classIndex, uncertainty, storedAt } = verdict;
      this.#revise.run([name, classIndex, uncertainty, storedAt, site, slot]);
      outcome = 'revised';
    }
    const row = this.#one.get([site, slot]) as Row;
    if (outcome !== 'duplicate') this.#recount(before, fromRow(row));
    return { outcome, row };
  }

  /**
   * The cloud had answered, but its verdict reached the edge after the fallback. The fallback is final for those who
   * listen live, so the stored answer becomes its revision.
   */
  #becomeFallback(before: StoredVerdict, verdict: NewVerdict): void {
    const { class: answer, classIndex, uncertainty, storedAt, site, slot } = before;
    this.#replace(verdict, verdict.views);
    this.#revise.run([answer, classIndex, uncertainty, storedAt, site, slot]);
  }

  /**
   * Several edges of a site gave a fallback, each from its own views: the surer one is kept, with the views of both.
   */
  #joinFallbacks(before: StoredVerdict, verdict: NewVerdict): PutOutcome {
    const best = verdict.uncertainty < before.uncertainty ? verdict : before;
    const views = verdict.views.map((state, view) => (state === 'lost' ? before.views[view] : state));
    if (best === before && viewDigits(views) === viewDigits(before.views)) return 'duplicate';
    this.#replace(best, views);
    return 'joined';
  }

  #replace(verdict: NewVerdict, views: NewVerdict['views']): void {
    const { edge, class: name, classIndex, exit, reason, uncertainty, site, slot } = verdict;
    this.#overtake.run([edge, name, classIndex, exit, reason, uncertainty, viewDigits(views), site, slot]);
  }

  /** Deletes the oldest verdicts beyond the bound, several at once, so that it has to be done seldom. */
  keepNewest(max: number): void {
    const surplus = this.#rows - max;
    if (surplus <= Math.min(SLACK, max / 10)) return;
    this.#rows -= this.#oldest.run([Math.min(surplus, MOST_DELETED)]).changes;
  }

  /** Labels a verdict, or keeps the label until the verdict comes. */
  putLabel(site: string, slot: number, label: string): void {
    const before = this.#get(site, slot);
    if (before) {
      this.#label.run([label, site, slot]);
      this.#recount(before, { ...before, label });
    } else this.#labels.put(site, slot, label);
  }

  #get(site: string, slot: number): StoredVerdict | undefined {
    const row = this.#one.get([site, slot]) as Row | undefined;
    return row && fromRow(row);
  }

  #recount(before: StoredVerdict, after: StoredVerdict): void {
    this.#count(before, -1);
    this.#count(after, 1);
  }

  #count({ site, exit, class: name, label, revised }: StoredVerdict, count: 1 | -1): void {
    this.#tally.add(site, exit, name, label, revised !== null, count);
  }
}
