import { StoreError } from './store-error.js';

/** When a batch is full, and how many writes may wait. */
export interface BatcherOptions {
  /** Entries (by weight) at which a batch is written at once. */
  readonly maxEntries: number;
  /** The longest that a batch waits for further entries, in ms. */
  readonly maxMs: number;
  /** Writes that may wait. */
  readonly maxQueued: number;
}

interface Write<Entry, Result> {
  readonly entry: Entry;
  readonly weight: number;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/**
 * Gathers writes into batches. The promise of each write resolves when its batch is committed, and rejects if the batch
 * fails as a whole.
 */
export class Batcher<Entry, Result> {
  readonly #options: BatcherOptions;
  readonly #commit: (entries: readonly Entry[], weight: number) => Promise<readonly Result[]>;
  #queue: Write<Entry, Result>[] = [];
  #weight = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;

  /** @param commit writes a batch; its results stand in the order of the entries */
  constructor(
    options: BatcherOptions,
    commit: (entries: readonly Entry[], weight: number) => Promise<readonly Result[]>,
  ) {
    this.#options = options;
    this.#commit = commit;
  }

  /** Adds a write of `weight` entries; resolves after the commit. Throws `DDNN_STORE_BUSY` where too many wait. */
  add(entry: Entry, weight = 1): Promise<Result> {
    const { maxQueued, maxEntries, maxMs } = this.#options;
    return new Promise((resolve, reject) => {
      if (this.#queue.length >= maxQueued) {
        reject(new StoreError('DDNN_STORE_BUSY', `${maxQueued} writes are waiting already`));
        return;
      }
      this.#queue.push({ entry, weight, resolve, reject });
      this.#weight += weight;
      if (this.#weight >= maxEntries) this.#writeSoon(0);
      else if (!this.#timer) this.#writeSoon(maxMs);
    });
  }

  /** Writes that wait. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Writes what waits; resolves when nothing waits any more. */
  async flush(): Promise<void> {
    while (this.#writing || this.#queue.length > 0) await (this.#writing ?? this.#write());
  }

  #writeSoon(delayMs: number): void {
    // One batch is written at a time; the next one begins when it is done.
    if (this.#writing) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#write(), delayMs);
  }

  #write(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#take();
    const writing = this.#commitBatch(batch).finally(() => {
      this.#writing = undefined;
      if (this.#queue.length > 0) this.#writeSoon(this.#weight >= this.#options.maxEntries ? 0 : this.#options.maxMs);
    });
    this.#writing = writing;
    return writing;
  }

  /** The oldest writes that together keep to `maxEntries`, at least one. */
  #take(): Write<Entry, Result>[] {
    let weight = 0;
    let end = 0;
    while (end < this.#queue.length && (end === 0 || weight + this.#queue[end].weight <= this.#options.maxEntries)) {
      weight += this.#queue[end++].weight;
    }
    this.#weight -= weight;
    return this.#queue.splice(0, end);
  }

  async #commitBatch(batch: readonly Write<Entry, Result>[]): Promise<void> {
    try {
      const weight = batch.reduce((sum, write) => sum + write.weight, 0);
      const results = await this.#commit(
        batch.map(({ entry }) => entry),
        weight,
      );
      for (const [i, { resolve }] of batch.entries()) resolve(results[i]);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
