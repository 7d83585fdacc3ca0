import { statSync } from 'node:fs';
import type Database from 'libsql';
import { LAYOUT } from './layouts.js';
import { type ReportKind, ReportTable } from './report-table.js';
import { openToRead, openToWrite } from './sqlite-file.js';
import { StoreError, storeError } from './store-error.js';
import { StoreLock } from './store-lock.js';
import { TallyTable } from './tally-table.js';
import { type RowPage, VerdictPages } from './verdict-pages.js';
import { NEW_COLUMN_COUNT, type Row, type SqlValue } from './verdict-row.js';
import type { Label, TallyRow, VerdictQuery } from './verdict-store.js';
import { type PutRow, VerdictTable } from './verdict-table.js';
import { WaitingLabels } from './waiting-labels.js';

/**
 * At this size of SQLite's log, the writer waits for the readers and empties the log; otherwise readers could keep it
 * growing without end.
 */
const LOG_BYTES = 67_108_864;

/** A file, and what is kept in it at most. */
export interface StoreFileOptions {
  /** Path, or `:memory:`. */
  readonly file: string;
  /** Verdicts kept; beyond it the oldest are deleted. Statistics still count them. */
  readonly maxVerdicts: number;
  /** Labels kept while their verdict has not come; beyond it the oldest are deleted. */
  readonly maxWaitingLabels: number;
}

/**
 * A write as it goes to the writer. `verdicts`: the values of the new rows, in one flat list. `check`: changes nothing.
 */
export type StoreWrite =
  | { readonly kind: 'verdicts'; readonly values: readonly SqlValue[] }
  | { readonly kind: 'labels'; readonly site: string; readonly labels: readonly Label[] }
  | { readonly kind: 'report'; readonly of: ReportKind; readonly key: readonly string[]; readonly report: string }
  | { readonly kind: 'check' };

/** The result of a transaction. */
export interface Committed {
  /** For each write, what happened to its verdicts. */
  readonly results: readonly (readonly PutRow[])[];
  readonly droppedLabels: number;
}

/** What a writer changes. It also keeps counts in memory, so it must be thrown away when a transaction fails. */
class WritableTables {
  readonly tally: TallyTable;
  readonly labels: WaitingLabels;
  readonly verdicts: VerdictTable;
  readonly reports: ReportTable;

  constructor(db: Database.Database) {
    this.tally = new TallyTable(db);
    this.labels = new WaitingLabels(db);
    this.verdicts = new VerdictTable(db, this.tally, this.labels);
    this.reports = new ReportTable(db);
  }
}

/**
 * One connection to a store's file, for writing or for reading. Every call is synchronous, so it must be used in a
 * thread of its own.
 */
export class StoreFile {
  readonly #options: StoreFileOptions;
  readonly #lock: StoreLock;
  #open: Database.Database | undefined;
  #writable: WritableTables | undefined;
  #logBytes = LOG_BYTES;

  constructor(options: StoreFileOptions) {
    this.#options = options;
    this.#lock = new StoreLock(options.file);
  }

  /** Opens for writing, or makes, the file. Throws {@link StoreError} and leaves nothing open. */
  openToWrite(): void {
    const { file } = this.#options;
    try {
      if (file !== ':memory:') this.#lock.take();
      this.#open = openToWrite(file);
      // A store that can't be written to must not look as if it were in service.
      this.commit([{ kind: 'check' }]);
    } catch (error) {
      this.close();
      throw storeError(file, error, 'DDNN_STORE_FILE');
    }
  }

  /** Opens for reading what a writer has open. */
  openToRead(): void {
    this.#open = openToRead(this.#options.file);
  }

  /** Closes the file, if it is open. */
  close(): void {
    if (this.#writable) this.#emptyLog();
    this.#writable = undefined;
    this.#open?.close();
    this.#open = undefined;
    this.#lock.release();
  }

  /** Writes all in one transaction, or none of it. It is on disk on return. */
  commit(writes: readonly StoreWrite[]): Committed {
    const db = this.#db;
    try {
      if (db.inTransaction) db.exec('ROLLBACK');
      this.#writable ??= new WritableTables(db);
      const { tally, labels, verdicts } = this.#writable;
      db.exec('BEGIN IMMEDIATE');
      const results = writes.map((write) => this.#write(this.#writable!, write));
      verdicts.keepNewest(this.#options.maxVerdicts);
      const droppedLabels = labels.keepNewest(this.#options.maxWaitingLabels);
      tally.write();
      db.exec('COMMIT');
      this.#boundLog();
      return { results, droppedLabels };
    } catch (error) {
      // In libsql a statement that has failed keeps failing, and the counts in memory are not what is in the file. So
      // both are made again.
      this.#writable = undefined;
      this.#rollBack(db);
      throw error;
    }
  }

  /** A page of verdicts, newest first. Throws `DDNN_STORE_CURSOR`. */
  page(query: VerdictQuery): RowPage {
    return new VerdictPages(this.#db).page(query);
  }

  verdict(site: string, slot: number): Row | undefined {
    return new VerdictPages(this.#db).get(site, slot);
  }

  /** Reports as JSON. */
  reports(kind: ReportKind, site?: string): readonly string[] {
    return new ReportTable(this.#db).rows(kind, site);
  }

  tally(site?: string): readonly TallyRow[] {
    return new TallyTable(this.#db).rows(site);
  }

  #write({ verdicts, reports }: WritableTables, write: StoreWrite): PutRow[] {
    const put: PutRow[] = [];
    switch (write.kind) {
      case 'verdicts':
        for (let at = 0; at < write.values.length; at += NEW_COLUMN_COUNT) {
          put.push(verdicts.put(write.values.slice(at, at + NEW_COLUMN_COUNT)));
        }
        break;
      case 'labels':
        for (const { slot, label } of write.labels) verdicts.putLabel(write.site, slot, label);
        break;
      case 'report':
        reports.put(write.of, write.key, write.report);
        break;
      case 'check':
        // Changes nothing, but still writes a page to the disk.
        this.#db.exec(`PRAGMA user_version = ${LAYOUT}`);
    }
    return put;
  }

  /** If the disk is full, SQLite has rolled back already. */
  #rollBack(db: Database.Database): void {
    try {
      if (db.inTransaction) db.exec('ROLLBACK');
    } catch {
      // The error before this one tells the cause; the next transaction tries again.
    }
  }

  /** SQLite's log stays beside the file after closing, as long as statements wait for the garbage collector. */
  #emptyLog(): void {
    try {
      this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // What does not fit into the file stays in the log, and the next start reads it there.
    }
  }

  /** As long as readers overlap, SQLite can't begin its log again. Beyond a bound, the writer waits for them. */
  #boundLog(): void {
    const { file } = this.#options;
    const size = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    if (size < this.#logBytes) return;
    const [{ busy }] = this.#db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all([]) as { busy: number }[];
    this.#logBytes = busy ? size + LOG_BYTES : LOG_BYTES;
  }

  get #db(): Database.Database {
    if (!this.#open) throw new StoreError('DDNN_STORE_STOPPED', 'the store is not open');
    return this.#open;
  }
}
