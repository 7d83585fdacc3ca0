import { StoreError } from './store-error.js';
import type { StoreThread } from './store-thread.js';

/** How many reads may wait, and how long. */
export interface ReadQueueOptions {
  /** Reads that wait for a thread. */
  readonly maxQueued: number;
  /** From asking to the answer. */
  readonly timeoutMs: number;
  /** Called when a read has ended. */
  readonly onRead?: ((result: 'answered' | 'busy' | 'slow' | 'failed') => void) | undefined;
}

type Read<T> = (thread: StoreThread) => Promise<T>;

/**
 * Gives reads to threads; each thread works on one read at a time. A read that takes too long is refused to the caller.
 * SQLite can't be interrupted from outside, so the thread of that read is free only when the read has ended.
 */
export class ReadQueue {
  readonly #options: ReadQueueOptions;
  readonly #free: StoreThread[];
  /** In the order of asking. */
  readonly #queue = new Set<(thread: StoreThread) => void>();

  constructor(threads: readonly StoreThread[], options: ReadQueueOptions) {
    this.#free = [...threads];
    this.#options = options;
  }

  /** Throws `DDNN_STORE_BUSY` where too many wait, `DDNN_STORE_SLOW` after the timeout, or what the read throws. */
  async read<T>(read: Read<T>): Promise<T> {
    const { onRead } = this.#options;
    try {
      const value = await this.#inTurn(read);
      onRead?.('answered');
      return value;
    } catch (error) {
      const { code } = error as StoreError;
      onRead?.(code === 'DDNN_STORE_BUSY' ? 'busy' : code === 'DDNN_STORE_SLOW' ? 'slow' : 'failed');
      throw error;
    }
  }

  #inTurn<T>(read: Read<T>): Promise<T> {
    const { maxQueued, timeoutMs } = this.#options;
    return new Promise((resolve, reject) => {
      const run = (thread: StoreThread) => {
        read(thread)
          .then(resolve, reject)
          .finally(() => {
            clearTimeout(timer);
            this.#next(thread);
          });
      };
      const timer = setTimeout(() => {
        this.#queue.delete(run);
        reject(new StoreError('DDNN_STORE_SLOW', `no answer within ${timeoutMs} ms`));
      }, timeoutMs);
      const thread = this.#free.pop();
      if (thread) run(thread);
      else if (this.#queue.size < maxQueued) this.#queue.add(run);
      else {
        clearTimeout(timer);
        reject(new StoreError('DDNN_STORE_BUSY', `${maxQueued} reads are waiting already`));
      }
    });
  }

  #next(thread: StoreThread): void {
    const [run] = this.#queue;
    if (!run) {
      this.#free.push(thread);
      return;
    }
    this.#queue.delete(run);
    run(thread);
  }
}
