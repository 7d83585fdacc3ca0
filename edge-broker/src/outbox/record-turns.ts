import type { RecordBatch } from './record-batch.js';

/** Writes and sends records in the background: full frames are sent, and a failure is reported. */
export class RecordTurns {
  readonly #onWhole: () => void;
  readonly #onError: (error: unknown) => void;
  #flushing = false;

  /** @param onWhole record frames are full now and may be sent */
  constructor(onWhole: () => void, onError: (error: unknown) => void) {
    this.#onWhole = onWhole;
    this.#onError = onError;
  }

  /** Writes what waits. What comes while the disk is busy is written together, next time. */
  flush(records: RecordBatch): void {
    if (this.#flushing) return;
    this.#flushing = true;
    this.#after(
      records.flush().finally(() => {
        this.#flushing = false;
      }),
    );
  }

  /** Writes what waits and has all of it sent. */
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
