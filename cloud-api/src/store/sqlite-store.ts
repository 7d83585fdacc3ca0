import { Batcher, type BatcherOptions } from './batcher.js';
import { ReadQueue } from './read-queue.js';
import { type ReportKind, reportKey } from './report-table.js';
import { StoreError } from './store-error.js';
import type { StoreFileOptions, StoreWrite } from './store-file.js';
import { StoreThread } from './store-thread.js';
import { fromRow, type SqlValue, toRow } from './verdict-row.js';
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
import type { PutRow } from './verdict-table.js';

export interface SqliteStoreOptions extends StoreFileOptions, BatcherOptions {
  /** Threads that read. With `:memory:` there is one thread for everything. */
  readonly readThreads: number;
  /** Reads that wait for a thread. */
  readonly maxQueuedReads: number;
  /** From asking to the answer of a read, in ms. */
  readonly readTimeoutMs: number;
  /** Called after each transaction; `waiting`: writes that wait for a later one. */
  readonly onBatch?: (seconds: number, entries: number, waiting: number) => void;
  /** Called with the number of labels that were deleted because their verdict did not come. */
  readonly onDroppedLabels?: (count: number) => void;
  /** Called when a read has ended. */
  readonly onRead?: ((result: 'answered' | 'busy' | 'slow' | 'failed') => void) | undefined;
}

/** Labels in one write: a large request is written in parts, so that verdicts can be written in between. */
const LABELS_A_WRITE = 256;
/** Requests with labels that may wait for each other. */
const LABEL_REQUESTS = 64;
/** The result of a check is reused for this time, however many ask for it, because a check writes to the disk. */
const CHECK_MS = 1_000;

/** Verdicts in one SQLite file: one thread writes, others read, and none waits for another. */
export class SqliteStore implements VerdictStore {
  readonly #options: SqliteStoreOptions;
  readonly #batcher: Batcher<StoreWrite, readonly PutRow[]>;
  #running:
    | { readonly writer: StoreThread; readonly readers: readonly StoreThread[]; readonly reads: ReadQueue }
    | undefined;
  #labelling: Promise<void> = Promise.resolve();
  #labelRequests = 0;
  /** Once a read or write has met a damaged page: a check writes to another page, and would not see it. */
  #damage: StoreError | undefined;
  #check: { readonly at: number; readonly done: Promise<unknown> } | undefined;

  constructor(options: SqliteStoreOptions) {
    this.#options = options;
    this.#batcher = new Batcher(options, (writes, weight) => this.#commit(writes, weight));
  }

  async start(): Promise<void> {
    const { file, maxVerdicts, maxWaitingLabels, readThreads, maxQueuedReads, readTimeoutMs, onRead } = this.#options;
    const thread = () => new StoreThread({ file, maxVerdicts, maxWaitingLabels });
    const writer = thread();
    await writer.start('openToWrite');
    const readers = file === ':memory:' ? [] : Array.from({ length: readThreads }, thread);
    const reads = new ReadQueue(readers.length > 0 ? readers : [writer], {
      maxQueued: maxQueuedReads,
      timeoutMs: readTimeoutMs,
      onRead,
    });
    this.#running = { writer, readers, reads };
    try {
      await Promise.all(readers.map((reader) => reader.start('openToRead')));
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    await this.#labelling.catch(() => {});
    await this.#batcher.flush();
    this.#running = undefined;
    await Promise.all(running.readers.map((reader) => reader.stop()));
    await running.writer.stop();
  }

  async check(): Promise<void> {
    if (this.#damage) throw this.#damage;
    const now = performance.now();
    if (!this.#check || now - this.#check.at > CHECK_MS) {
      this.#check = { at: now, done: this.#write({ kind: 'check' }, 1) };
    }
    await this.#check.done;
  }

  async putVerdicts(batch: readonly NewVerdict[]): Promise<readonly PutResult[]> {
    if (batch.length === 0) return [];
    const values: SqlValue[] = [];
    for (const verdict of batch) toRow(verdict, values);
    const put = await this.#write({ kind: 'verdicts', values }, batch.length);
    return put.map((became, i) =>
      became === null || typeof became === 'string'
        ? { outcome: 'stored', verdict: { ...batch[i], label: became, revised: null } }
        : { outcome: became.outcome, verdict: fromRow(became.row) },
    );
  }

  /** One part after the other, and one request after the other. */
  async putLabels(site: string, labels: readonly Label[]): Promise<void> {
    if (this.#labelRequests >= LABEL_REQUESTS) {
      throw new StoreError('DDNN_STORE_BUSY', `${LABEL_REQUESTS} requests with labels are waiting already`);
    }
    const parts = async () => {
      for (let first = 0; first < labels.length; first += LABELS_A_WRITE) {
        const part = labels.slice(first, first + LABELS_A_WRITE);
        await this.#write({ kind: 'labels', site, labels: part }, part.length);
      }
    };
    this.#labelRequests++;
    const labelling = this.#labelling.then(parts, parts).finally(() => this.#labelRequests--);
    this.#labelling = labelling;
    await labelling;
  }

  putEdge(edge: StoredEdge): Promise<void> {
    return this.#putReport('edge', edge);
  }

  putDevice(device: StoredDevice): Promise<void> {
    return this.#putReport('device', device);
  }

  putTraffic(traffic: StoredTraffic): Promise<void> {
    return this.#putReport('traffic', traffic);
  }

  async verdicts(query: VerdictQuery): Promise<VerdictPage> {
    const { rows, next } = await this.#read((thread) => thread.call('page', query));
    return { verdicts: rows.map(fromRow), next };
  }

  async verdict(site: string, slot: number): Promise<StoredVerdict | undefined> {
    const row = await this.#read((thread) => thread.call('verdict', site, slot));
    return row && fromRow(row);
  }

  edges(): Promise<readonly StoredEdge[]> {
    return this.#reports<StoredEdge>('edge');
  }

  devices(site?: string): Promise<readonly StoredDevice[]> {
    return this.#reports<StoredDevice>('device', site);
  }

  async tally(site?: string): Promise<Tally> {
    const [verdicts, traffic] = await Promise.all([
      this.#read((thread) => thread.call('tally', site)),
      this.#reports<StoredTraffic>('traffic', site),
    ]);
    return { verdicts, traffic };
  }

  /** Writes one batch in a transaction. */
  async #commit(writes: readonly StoreWrite[], weight: number): Promise<readonly (readonly PutRow[])[]> {
    const { onBatch, onDroppedLabels } = this.#options;
    const started = performance.now();
    const committing = this.#threads.writer.call('commit', writes);
    const { results, droppedLabels } = await this.#watched(committing);
    onBatch?.((performance.now() - started) / 1000, weight, this.#batcher.waiting);
    if (droppedLabels > 0) onDroppedLabels?.(droppedLabels);
    return results;
  }

  async #putReport(kind: ReportKind, report: StoredEdge | StoredTraffic): Promise<void> {
    await this.#write({ kind: 'report', of: kind, key: reportKey(kind, report), report: JSON.stringify(report) }, 1);
  }

  async #reports<T>(kind: ReportKind, site?: string): Promise<T[]> {
    const reports = await this.#read((thread) => thread.call('reports', kind, site));
    return reports.map((report) => JSON.parse(report) as T);
  }

  async #write(write: StoreWrite, weight: number): Promise<readonly PutRow[]> {
    if (!this.#running) throw stopped();
    return this.#batcher.add(write, weight);
  }

  async #read<T>(read: (thread: StoreThread) => Promise<T>): Promise<T> {
    return this.#watched(this.#threads.reads.read(read));
  }

  async #watched<T>(working: Promise<T>): Promise<T> {
    try {
      return await working;
    } catch (error) {
      if ((error as StoreError).code === 'DDNN_STORE_DAMAGED') this.#damage = error as StoreError;
      throw error;
    }
  }

  get #threads() {
    if (!this.#running) throw stopped();
    return this.#running;
  }
}

function stopped(): StoreError {
  return new StoreError('DDNN_STORE_STOPPED', 'the store is not open');
}
