import { CloudError } from '../cloud-error.js';

/** How much a gate holds. */
export interface FrameGateOptions {
  /** Frames inside at once. */
  readonly maxInside: number;
  /** Bytes of the frames inside and outside together. */
  readonly maxBytes: number;
}

/**
 * Lets a bounded number of frames in at once. Further ones wait outside, in the order of their arrival. A frame that
 * would go beyond the bound of bytes is refused.
 */
export class FrameGate {
  readonly #options: FrameGateOptions;
  readonly #outside: (() => void)[] = [];
  #inside = 0;
  #bytes = 0;
  #closed = false;
  #onEmpty: (() => void) | undefined;

  constructor(options: FrameGateOptions) {
    this.#options = options;
  }

  /** Frames that are in. */
  get inside(): number {
    return this.#inside;
  }

  /** Frames that wait. */
  get outside(): number {
    return this.#outside.length;
  }

  /** Bytes of the frames that are in or wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Resolves when the frame is in; each needs one {@link leave} with the same bytes. Throws `DDNN_CLOUD_STOPPING` once
   * closed, `DDNN_CLOUD_BUSY` beyond the bound of bytes.
   */
  async enter(bytes: number): Promise<void> {
    if (this.#closed) throw new CloudError('DDNN_CLOUD_STOPPING', 'the cloud is stopping');
    const { maxInside, maxBytes } = this.#options;
    if (this.#bytes > 0 && this.#bytes + bytes > maxBytes) {
      throw new CloudError('DDNN_CLOUD_BUSY', `frames of ${this.#bytes} bytes wait already`);
    }
    this.#bytes += bytes;
    if (this.#inside < maxInside) {
      this.#inside++;
      return;
    }
    await new Promise<void>((resolve) => this.#outside.push(resolve));
  }

  leave(bytes: number): void {
    this.#bytes -= bytes;
    const next = this.#outside.shift();
    // The place goes to the next one that waits, so that no newcomer can take it.
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
