import type { RecordBatch } from './record-batch.js';

/** Has records written and sent in the background: whole frames go up, and a failure is told. */
export class RecordTurns {
  readonly #onWhole: () => void;
  readonly #onError: (error: unknown) => void;
  #flushing = false;

  /** @param onWhole record frames are whole now: they may be sent */
  constructor(onWhole: () => void, onError: (error: unknown) => void) {
    this.#onWhole = onWhole;
    this.#onError = onError;
  }

  /** Writes what waits. What comes in until the disk is done waits for the next time, together. */
  flush(records: RecordBatch): void {
    if (this.#flushing) return;
    this.#flushing = true;
    this.#after(
      records.flush().finally(() => {
        this.#flushing = false;
      }),
    );
  }

  /** Writes what waits, all of it to be sent. */
  send(records: RecordBatch): void {
    this.#after(records.send());
  }

  #after(written: Promise<number>): void {
    written
      .then((frames) => {
        if (frames > 0) this.#onWhole();
      })
      .catch(this.#onError);
  }
}
