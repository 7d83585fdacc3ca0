/** Writes that no caller waits for. A failure is reported, and {@link done} waits for those that are not finished. */
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

  /** Resolves when all writes so far have finished or failed. */
  async done(): Promise<void> {
    await Promise.all(this.#pending);
  }
}
