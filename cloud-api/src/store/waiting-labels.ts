import type Database from 'libsql';

/** Labels whose verdict has not come. Beyond a bound the oldest are deleted, because their verdicts may never come. */
export class WaitingLabels {
  readonly #replace: Database.Statement;
  readonly #insert: Database.Statement;
  readonly #delete: Database.Statement;
  readonly #oldest: Database.Statement;
  #rows: number;

  constructor(db: Database.Database) {
    this.#rows = (db.prepare('SELECT count(*) AS rows FROM waiting_label').get() as { rows: number }).rows;
    this.#replace = db.prepare('UPDATE waiting_label SET label = ? WHERE site = ? AND slot = ?');
    this.#insert = db.prepare('INSERT INTO waiting_label (label, site, slot) VALUES (?, ?, ?)');
    this.#delete = db.prepare('DELETE FROM waiting_label WHERE site = ? AND slot = ?');
    this.#oldest = db.prepare(
      'DELETE FROM waiting_label WHERE id IN (SELECT id FROM waiting_label ORDER BY id LIMIT ?)',
    );
  }

  put(site: string, slot: number, label: string): void {
    const values = [label, site, slot];
    if (this.#replace.run(values).changes > 0) return;
    this.#insert.run(values);
    this.#rows++;
  }

  /** The verdict has come. */
  forget(site: string, slot: number): void {
    this.#rows -= this.#delete.run([site, slot]).changes;
  }

  /** Deletes the oldest beyond the bound. @returns how many */
  keepNewest(max: number): number {
    if (this.#rows <= max) return 0;
    const { changes } = this.#oldest.run([this.#rows - max]);
    this.#rows -= changes;
    return changes;
  }
}
