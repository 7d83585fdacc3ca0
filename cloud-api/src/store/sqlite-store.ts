import type Database from 'libsql';
import { Batcher, type BatcherOptions } from './batcher.js';
import { openSqliteFile } from './sqlite-file.js';
import { StoreError } from './store-error.js';
import type {
  Label,
  NewVerdict,
  PutResult,
  StoredDevice,
  StoredEdge,
  StoredTraffic,
  StoredVerdict,
  Tally,
  VerdictPage,
  VerdictQuery,
  VerdictStore,
} from './verdict-store.js';
import { VerdictTable } from './verdict-table.js';

export interface SqliteStoreOptions extends BatcherOptions {
  /** Path, or `:memory:`. */
  readonly file: string;
  /** Verdicts kept; the oldest are deleted beyond it. Statistics go on counting them. */
  readonly maxVerdicts: number;
  /** Called after each transaction; `waiting`: writes that wait for a later one. */
  readonly onBatch?: (seconds: number, entries: number, waiting: number) => void;
}

/** A write that runs inside the transaction of its batch. */
export type Write = () => unknown;

/** Verdicts in one SQLite file (libsql). Writes of many callers share a transaction. */
export class SqliteStore implements VerdictStore {
  readonly #options: SqliteStoreOptions;
  readonly #batcher: Batcher<Write, unknown>;
  #open: { readonly db: Database.Database; readonly verdicts: VerdictTable } | undefined;

  constructor(options: SqliteStoreOptions) {
    this.#options = options;
    this.#batcher = new Batcher<Write, unknown>(options, (writes, weight) => this.commit(writes, weight));
  }

  async start(): Promise<void> {
    const db = openSqliteFile(this.#options.file);
    this.#open = { db, verdicts: new VerdictTable(db) };
  }

  async stop(): Promise<void> {
    if (!this.#open) return;
    await this.#batcher.flush();
    const { db } = this.#open;
    this.#open = undefined;
    // Closing leaves SQLite's log beside the file while statements wait for the garbage collector: empty it.
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    db.close();
  }

  async check(): Promise<void> {
    this.#db.prepare('SELECT 1 FROM verdict LIMIT 1').get();
  }

  async putVerdicts(batch: readonly NewVerdict[]): Promise<readonly PutResult[]> {
    if (batch.length === 0) return [];
    const put = () => {
      const results = batch.map((verdict) => this.#verdicts.put(verdict));
      this.#verdicts.keepNewest(this.#options.maxVerdicts);
      return results;
    };
    return this.#write(put, batch.length);
  }

  async putLabels(site: string, labels: readonly Label[]): Promise<void> {
    const put = () => {
      for (const { slot, label } of labels) this.#verdicts.putLabel(site, slot, label);
    };
    await this.#write(put, labels.length);
  }

  async putEdge(edge: StoredEdge): Promise<void> {
    await this.#putReport('edge', { site: edge.site, edge: edge.edge }, edge);
  }

  async putDevice(device: StoredDevice): Promise<void> {
    await this.#putReport('device', { site: device.site, edge: device.edge, device: device.device }, device);
  }

  async putTraffic(traffic: StoredTraffic): Promise<void> {
    await this.#putReport('traffic', { site: traffic.site, edge: traffic.edge }, traffic);
  }

  async verdicts(query: VerdictQuery): Promise<VerdictPage> {
    return this.#verdicts.page(query);
  }

  async verdict(site: string, slot: number): Promise<StoredVerdict | undefined> {
    return this.#verdicts.get(site, slot);
  }

  async edges(): Promise<readonly StoredEdge[]> {
    return this.#reports<StoredEdge>('edge');
  }

  async devices(site?: string): Promise<readonly StoredDevice[]> {
    return this.#reports<StoredDevice>('device', site);
  }

  async tally(site?: string): Promise<Tally> {
    return { verdicts: this.#verdicts.tally.rows(site), traffic: this.#reports<StoredTraffic>('traffic', site) };
  }

  /** Writes one batch in a transaction. */
  protected async commit(writes: readonly Write[], weight: number): Promise<unknown[]> {
    const started = performance.now();
    const results = this.#transaction(() => {
      const done = writes.map((write) => write());
      this.#verdicts.tally.write();
      return done;
    });
    this.#options.onBatch?.((performance.now() - started) / 1000, weight, this.#batcher.waiting);
    return results;
  }

  #transaction<T>(run: () => T): T {
    const db = this.#db;
    try {
      return db.transaction(run)();
    } catch (error) {
      // A statement that has failed goes on failing in libsql, and what was counted is not in the file.
      this.#open = { db, verdicts: new VerdictTable(db) };
      throw error;
    }
  }

  get #db(): Database.Database {
    if (!this.#open) throw new StoreError('DDNN_STORE_STOPPED', 'the store is not open');
    return this.#open.db;
  }

  get #verdicts(): VerdictTable {
    if (!this.#open) throw new StoreError('DDNN_STORE_STOPPED', 'the store is not open');
    return this.#open.verdicts;
  }

  /** What edges and devices report of themselves is read whole and never searched, so it stands as JSON. */
  async #putReport(table: 'edge' | 'device' | 'traffic', key: Record<string, string>, report: object): Promise<void> {
    const columns = Object.keys(key);
    const sql = `INSERT INTO ${table} (${columns.join(', ')}, report) VALUES (${columns.map(() => '?').join(', ')}, ?)
                 ON CONFLICT DO UPDATE SET report = excluded.report`;
    const values = [...Object.values(key), JSON.stringify(report)];
    await this.#write(() => this.#db.prepare(sql).run(values), 1);
  }

  #reports<T>(table: 'edge' | 'device' | 'traffic', site?: string): T[] {
    const sql = `SELECT report FROM ${table} ${site === undefined ? '' : 'WHERE site = ?'}`;
    const rows = this.#db.prepare(sql).all(site === undefined ? [] : [site]) as { report: string }[];
    return rows.map(({ report }) => JSON.parse(report) as T);
  }

  async #write<T>(write: () => T, weight: number): Promise<T> {
    if (!this.#open) throw new StoreError('DDNN_STORE_STOPPED', 'the store is not open');
    return (await this.#batcher.add(write, weight)) as T;
  }
}
