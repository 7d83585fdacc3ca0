import type { BatchOperation } from 'classic-level';
import { type OutboxDatabase, reasonOf } from './database.js';
import { COUNT_KEY } from './keys.js';
import { OutboxError } from './outbox-error.js';

/** One change to the database. */
export type Operation = BatchOperation<OutboxDatabase, string, Uint8Array>;

/**
 * Writes to the disk in the order of the calls; what comes while it is busy goes into one batch. A batch is synced if
 * one of its writes asks for it. One that is not survives the end of this process; it survives a power cut after the
 * next synced one, because all go to one log. After a failed write, LevelDB would continue its log after a damaged
 * record, and at the next start read nothing after that record. So before the next write the database is opened again,
 * which starts a new log. Until that succeeds, every write is refused at once.
 */
export class SyncedWrites {
  readonly #db: OutboxDatabase;
  /** Entries on disk. */
  #count: number;
  /** Operations for the next batch, by how much they change the count, and the promise of that batch. */
  #queued: Operation[] = [];
  #change = 0;
  #sync = false;
  /** Something was written that no synced write has followed. */
  #unsynced = false;
  #next: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();
  #failure: OutboxError | undefined;

  /** @param count number of entries in the database */
  constructor(db: OutboxDatabase, count: number) {
    this.#db = db;
    this.#count = count;
  }

  /** Why nothing is written; undefined: writing works. */
  get failure(): OutboxError | undefined {
    return this.#failure;
  }

  /**
   * Resolves when these are written, and synced where that is asked for. Throws `DDNN_OUTBOX_DISK`.
   *
   * @param change by how much the number of entries changes
   */
  write(operations: readonly Operation[], change = 0, sync = true): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    this.#queued.push(...operations);
    this.#change += change;
    this.#sync ||= sync;
    if (!this.#next) {
      const next = this.#last.then(() => this.#writeBatch());
      this.#next = next;
      this.#last = next.catch(() => undefined);
    }
    return this.#next;
  }

  /** Syncs what was written without. */
  async sync(): Promise<void> {
    await this.#last;
    if (this.#unsynced) await this.write([]);
  }

  /** Resolves when all writes that were asked for have ended, successful or not. */
  async settled(): Promise<void> {
    await this.#last;
  }

  /** Opens the database again after a failed write, and writes to it. False: the disk still accepts nothing. */
  recover(): Promise<boolean> {
    const recovered = this.#last.then(async () => {
      if (!this.#failure) return true;
      try {
        await this.#db.close();
        await this.#db.open();
        await this.#db.batch([this.#countNow(this.#count)], { sync: true });
        this.#failure = undefined;
        return true;
      } catch (error) {
        this.#fail(error);
        return false;
      }
    });
    this.#last = recovered.then(() => undefined);
    return recovered;
  }

  async #writeBatch(): Promise<void> {
    const [batch, count, sync] = [this.#queued, this.#count + this.#change, this.#sync];
    this.#queued = [];
    this.#change = 0;
    this.#sync = false;
    this.#next = undefined;
    // These were asked for before the previous batch failed.
    if (this.#failure) throw this.#failure;
    batch.push(this.#countNow(count));
    try {
      await this.#db.batch(batch, { sync });
      this.#unsynced = !sync;
      this.#count = count;
    } catch (error) {
      throw this.#fail(error);
    }
  }

  #countNow(count: number): Operation {
    const value = new Uint8Array(4);
    new DataView(value.buffer).setUint32(0, count);
    return { type: 'put', key: COUNT_KEY, value };
  }

  #fail(error: unknown): OutboxError {
    const text = `the outbox cannot write: ${reasonOf(error)}`;
    this.#failure = new OutboxError('DDNN_OUTBOX_DISK', text, { cause: error });
    return this.#failure;
  }
}
