import type { BatchOperation, ClassicLevel } from 'classic-level';

/** The database of an outbox. */
export type OutboxDatabase = ClassicLevel<string, Uint8Array>;
/** One change to it. */
export type Operation = BatchOperation<OutboxDatabase, string, Uint8Array>;

/** Writes to the disk in the order of asking; what comes while it is busy goes in one batch. */
export class OutboxWrites {
  readonly #db: OutboxDatabase;
  /** Operations for the next batch, and that batch. */
  #queued: Operation[] = [];
  #next: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(db: OutboxDatabase) {
    this.#db = db;
  }

  /** Resolves when these are on disk. */
  write(operations: readonly Operation[]): Promise<void> {
    this.#queued.push(...operations);
    if (!this.#next) {
      const next = this.#last.then(() => {
        const batch = this.#queued;
        this.#queued = [];
        this.#next = undefined;
        // Synced: a device forgets its features on our PUBACK, so a power cut must not lose them.
        return this.#db.batch(batch, { sync: true });
      });
      this.#next = next;
      this.#last = next.catch(() => undefined);
    }
    return this.#next;
  }

  /** Resolves when nothing that was asked for is being written any more, whether it failed or not. */
  async settled(): Promise<void> {
    await this.#last;
  }
}
