/** Writes for which no sample waits: a failure is told, and {@link done} waits for those under way. */
export class PendingWrites {
  readonly #onError: (slot: number, error: unknown) => void;
  readonly #pending = new Set<Promise<void>>();

  constructor(onError: (slot: number, error: unknown) => void) {
    this.#onError = onError;
  }

  add(slot: number, write: Promise<void>): void {
    const pending = write
      .catch((error: unknown) => this.#onError(slot, error))
      .finally(() => this.#pending.delete(pending));
    this.#pending.add(pending);
  }

  /** Resolves when those so far are on disk, or have failed. */
  async done(): Promise<void> {
    await Promise.all(this.#pending);
  }
}
