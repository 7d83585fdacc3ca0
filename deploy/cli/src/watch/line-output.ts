import type { Output } from './watch-view.js';

/** Bytes that may wait for the reader of standard output; beyond it, lines are left out. */
const MAX_WAITING_BYTES = 4_000_000;

/**
 * Lines on a stream that may be read more slowly than they come. A watcher that waited for its reader would stop
 * reading from the broker, and the broker would cut it off. So lines are left out, and counted.
 */
export class LineOutput {
  readonly #stream: Output;
  readonly #onLeftOut: (lines: number) => void;
  #leftOut = 0;

  constructor(stream: Output, onLeftOut: (lines: number) => void) {
    this.#stream = stream;
    this.#onLeftOut = onLeftOut;
  }

  start(): void {
    // Node makes pipes of standard output blocking; there is no public way out of it.
    const { _handle: handle } = this.#stream as { _handle?: { setBlocking?: (on: boolean) => void } };
    if (!this.#stream.isTTY) handle?.setBlocking?.(false);
  }

  /** Whether a line would be written now; asked first, the line need not be made. A refusal counts as left out. */
  takes(): boolean {
    if (this.#stream.writableLength >= MAX_WAITING_BYTES) {
      this.#leftOut++;
      return false;
    }
    if (this.#leftOut > 0 && this.#stream.writableLength === 0) this.#reportLeftOut();
    return true;
  }

  write(line: string): void {
    this.#stream.write(`${line}\n`);
  }

  stop(): void {
    if (this.#leftOut > 0) this.#reportLeftOut();
  }

  #reportLeftOut(): void {
    this.#onLeftOut(this.#leftOut);
    this.#leftOut = 0;
  }
}
