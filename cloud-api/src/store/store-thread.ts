import { Worker } from 'node:worker_threads';
import { StoreError, type StoreErrorCode } from './store-error.js';
import type { StoreFile, StoreFileOptions } from './store-file.js';

/** Calls of a {@link StoreFile} that lives in a thread. */
export type StoreCall = readonly [method: keyof StoreFile, args: readonly unknown[]];

/** The answer: a value, or the parts of a {@link StoreError}. */
export type StoreAnswer =
  | { readonly value: unknown }
  | { readonly code: StoreErrorCode; readonly message: string; readonly cause: unknown };

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/**
 * A {@link StoreFile} in a thread of its own. Calls are answered in order. If the thread dies of an error, the process
 * ends too; nothing is lost by that, because what was not committed was not acknowledged either.
 */
export class StoreThread {
  readonly #options: StoreFileOptions;
  readonly #waiting: Waiting[] = [];
  #worker: Worker | undefined;

  constructor(options: StoreFileOptions) {
    this.#options = options;
  }

  /** Starts the thread and opens the file. Throws {@link StoreError} and leaves no thread. */
  async start(open: 'openToWrite' | 'openToRead'): Promise<void> {
    // This path is right both in the sources and in what is built from them.
    const program = new URL('../../dist/store/store-worker.js', import.meta.url);
    // The flags of this process are not passed on: they may make Node load packages from their sources.
    this.#worker = new Worker(program, { workerData: this.#options, execArgv: [] });
    this.#worker.on('message', (answer: StoreAnswer) => {
      const { resolve, reject } = this.#waiting.shift()!;
      if ('value' in answer) resolve(answer.value);
      else reject(new StoreError(answer.code, answer.message, { cause: answer.cause }));
    });
    try {
      await this.call(open);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Answers what was called before, then closes the file and ends the thread. Does nothing when not started. */
  async stop(): Promise<void> {
    const worker = this.#worker;
    if (!worker) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    const closed = this.call('close');
    this.#worker = undefined;
    await Promise.all([closed, ended]);
  }

  /** Calls a method of the file. Throws {@link StoreError}; `DDNN_STORE_STOPPED` where there is no thread. */
  call<M extends keyof StoreFile>(method: M, ...args: Parameters<StoreFile[M]>): Promise<ReturnType<StoreFile[M]>> {
    return new Promise((resolve, reject) => {
      if (!this.#worker) {
        reject(new StoreError('DDNN_STORE_STOPPED', 'the store is not open'));
        return;
      }
      this.#waiting.push({ resolve: resolve as Waiting['resolve'], reject });
      this.#worker.postMessage([method, args] satisfies StoreCall);
    });
  }
}
