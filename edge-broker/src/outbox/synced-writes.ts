import type { BatchOperation } from 'classic-level';
import { type OutboxDatabase, reasonOf } from './database.js';
import { COUNT_KEY } from './keys.js';
import { OutboxError } from './outbox-error.js';

/** One change to the database. */
export type Operation = BatchOperation<OutboxDatabase, string, Uint8Array>;

/**
 * Writes to the disk in the order of asking; what comes while it is busy goes in one batch. After a write that failed
 * LevelDB would go on behind a torn record, and replay nothing that follows it: so the database is opened anew, with
 * a log of its own, before the next write. Until that succeeds every write is refused at once.
 */
export class SyncedWrites {
  readonly #db: OutboxDatabase;
  /** Entries on disk. */
  #count: number;
  /** Operations for the next batch, what they change the count by, and that batch. */
  #queued: Operation[] = [];
  #change = 0;
  #next: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();
  #failure: OutboxError | undefined;

  /** @param count entries that are there */
  constructor(db: OutboxDatabase, count: number) {
    this.#db = db;
    this.#count = count;
  }

  /** Why nothing is written; undefined: all is well. */
  get failure(): OutboxError | undefined {
    return this.#failure;
  }

  /**
   * Resolves when these are on disk. Throws `DDNN_OUTBOX_DISK`.
   *
   * @param change by how many entries there are more then
   */
  write(operations: readonly Operation[], change = 0): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    this.#queued.push(...operations);
    this.#change += change;
    if (!this.#next) {
      const next = this.#last.then(() => this.#writeBatch());
      this.#next = next;
      this.#last = next.catch(() => undefined);
    }
    return this.#next;
  }

  /** Resolves when nothing that was asked for is being written any more, whether it failed or not. */
  async settled(): Promise<void> {
    await this.#last;
  }

  /** Opens the database anew after a failed write, and writes to it. False: the disk still takes nothing. */
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
    const [batch, count] = [this.#queued, this.#count + this.#change];
    this.#queued = [];
    this.#change = 0;
    this.#next = undefined;
    // Asked for before the one before them failed.
    if (this.#failure) throw this.#failure;
    batch.push(this.#countNow(count));
    try {
      // Synced: a device forgets its features on our PUBACK, so a power cut must not lose them.
      await this.#db.batch(batch, { sync: true });
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
