import { CloudError } from './cloud-error.js';

/** Lets a bounded number of frames in at once; further ones wait outside in the order of their arrival. */
export class FrameGate {
  readonly #max: number;
  readonly #outside: (() => void)[] = [];
  #inside = 0;
  #closed = false;
  #onEmpty: (() => void) | undefined;

  constructor(max: number) {
    this.#max = max;
  }

  /** Frames that are in. */
  get inside(): number {
    return this.#inside;
  }

  /** Frames that wait. */
  get outside(): number {
    return this.#outside.length;
  }

  /** Resolves when the frame is in; each needs one {@link leave}. Throws `DDNN_CLOUD_STOPPING` once closed. */
  async enter(): Promise<void> {
    if (this.#closed) throw new CloudError('DDNN_CLOUD_STOPPING', 'the cloud is stopping');
    if (this.#inside < this.#max) {
      this.#inside++;
      return;
    }
    await new Promise<void>((resolve) => this.#outside.push(resolve));
  }

  leave(): void {
    const next = this.#outside.shift();
    // Its place passes on, so that nobody slips in between.
    if (next) next();
    else if (--this.#inside === 0) this.#onEmpty?.();
  }

  /** Lets nobody in any more; resolves when all are out, or after `timeoutMs` with how many are still in. */
  async close(timeoutMs: number): Promise<number> {
    this.#closed = true;
    if (this.#inside === 0) return 0;
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([
      new Promise<void>((resolve) => {
        this.#onEmpty = resolve;
      }),
      new Promise<void>((resolve) => {
        timer = setTimeout(resolve, timeoutMs);
      }),
    ]);
    clearTimeout(timer);
    return this.#inside;
  }
}
