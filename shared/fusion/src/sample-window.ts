import { ViewState } from '@ddnn/protocol';

/** What became of one summary that was offered to the window. */
export type Offer = 'taken' | 'duplicate' | 'late' | 'unknown';

/** Why a sample left the window. */
export type CloseReason = 'complete' | 'deadline' | 'evicted';

/** How a window is sized. */
export interface SampleWindowOptions {
  readonly views: number;
  /** Bytes of one view's scores; 0 where views only report presence. */
  readonly scoreBytes: number;
  /** Samples that may be open at once; one more closes the oldest that is in its way. */
  readonly capacity: number;
  /** Milliseconds from a sample's first summary until it is closed with what is there. */
  readonly deadlineMs: number;
}

/** Called when a sample leaves the window; its cell stands until the call returns. */
export type CloseHandler = (slot: number, cell: number, reason: CloseReason) => void;

/**
 * Gathers the summaries of a sample until every live view has answered or the deadline has passed. Cells are laid out
 * once in typed arrays and addressed by `slot % capacity`, so that a summary costs no allocation; a closed cell remembers
 * its slot until it is needed again, so that late and duplicate summaries are told apart.
 */
export class SampleWindow {
  /** Scores of cell `c`, view `v` start at `(c * views + v) * scoreBytes`. */
  readonly scores: Int8Array;
  readonly #options: SampleWindowOptions;
  readonly #onClose: CloseHandler;
  readonly #slots: Float64Array;
  readonly #open: Uint8Array;
  readonly #openedAt: Float64Array;
  readonly #answered: Uint32Array;
  readonly #present: Uint32Array;
  /** Slots in the order in which they were opened, so that the next deadline stands in front. */
  readonly #order: Float64Array;
  #first = 0;
  #queued = 0;
  #live = 0;

  constructor(options: SampleWindowOptions, onClose: CloseHandler) {
    const { capacity, views, scoreBytes } = options;
    this.#options = options;
    this.#onClose = onClose;
    this.scores = new Int8Array(capacity * views * scoreBytes);
    this.#slots = new Float64Array(capacity).fill(-1);
    this.#open = new Uint8Array(capacity);
    this.#openedAt = new Float64Array(capacity);
    this.#answered = new Uint32Array(capacity);
    this.#present = new Uint32Array(capacity);
    this.#order = new Float64Array(2 * capacity);
  }

  /** Says whether a view's device is alive. Samples that only waited for a dead view close at once. */
  setLive(view: number, live: boolean): void {
    const before = this.#live;
    this.#live = live ? before | (1 << view) : before & ~(1 << view);
    if (live || this.#live === before) return;
    for (let i = 0; i < this.#queued; i++) {
      const cell = this.#cellOf(this.#order[(this.#first + i) % this.#order.length]);
      if (cell >= 0 && this.#complete(cell)) this.#close(cell, 'complete');
    }
  }

  /**
   * Takes one view's summary. `present` false: the camera sees nothing. `bytes` from `offset` on hold the scores. `now` is
   * a monotonic time in ms; `reference`, where there is one, the slot of the edge's clock: summaries further from it than
   * the capacity are `unknown`.
   */
  offer(
    slot: number,
    view: number,
    present: boolean,
    bytes: Uint8Array,
    offset: number,
    now: number,
    reference?: number,
  ): Offer {
    const { capacity, views, scoreBytes } = this.#options;
    if (reference !== undefined && Math.abs(slot - reference) > capacity) return 'unknown';
    const cell = slot % capacity;
    if (this.#slots[cell] !== slot) {
      if (this.#slots[cell] > slot) return 'late';
      if (this.#open[cell]) this.#close(cell, 'evicted');
      this.#begin(cell, slot, now);
    }
    const bit = 1 << view;
    if (this.#answered[cell] & bit) return 'duplicate';
    if (!this.#open[cell]) return 'late';
    this.#answered[cell] |= bit;
    if (present) {
      this.#present[cell] |= bit;
      const at = (cell * views + view) * scoreBytes;
      for (let i = 0; i < scoreBytes; i++) this.scores[at + i] = bytes[offset + i];
    }
    if (this.#complete(cell)) this.#close(cell, 'complete');
    return 'taken';
  }

  /** Closes every sample whose deadline has passed. */
  expire(now: number): void {
    while (this.#queued > 0) {
      const cell = this.#cellOf(this.#order[this.#first]);
      if (cell >= 0) {
        if (this.#openedAt[cell] + this.#options.deadlineMs > now) return;
        this.#close(cell, 'deadline');
      }
      this.#first = (this.#first + 1) % this.#order.length;
      this.#queued--;
    }
  }

  /** Closes every open sample now, as when the process stops. */
  drain(): void {
    this.expire(Number.POSITIVE_INFINITY);
  }

  /** Bit v: view v of the cell is present. */
  presence(cell: number): number {
    return this.#present[cell];
  }

  /** Where the scores of a cell's first view start. */
  scoreOffset(cell: number): number {
    return cell * this.#options.views * this.#options.scoreBytes;
  }

  /** Writes the state of every view of the cell. A silent view is *late* while its device lives, else *lost*. */
  states(cell: number, out: Uint8Array): Uint8Array {
    for (let view = 0; view < this.#options.views; view++) {
      const bit = 1 << view;
      if (this.#present[cell] & bit) out[view] = ViewState.present;
      else if (this.#answered[cell] & bit) out[view] = ViewState.absent;
      else out[view] = this.#live & bit ? ViewState.late : ViewState.lost;
    }
    return out;
  }

  #begin(cell: number, slot: number, now: number): void {
    if (this.#queued === this.#order.length) this.#forgetClosed();
    this.#slots[cell] = slot;
    this.#open[cell] = 1;
    this.#openedAt[cell] = now;
    this.#answered[cell] = 0;
    this.#present[cell] = 0;
    this.#order[(this.#first + this.#queued) % this.#order.length] = slot;
    this.#queued++;
  }

  /** Samples that closed before their deadline still stand in the queue; at most half of it can be open. */
  #forgetClosed(): void {
    let kept = 0;
    for (let i = 0; i < this.#queued; i++) {
      const slot = this.#order[(this.#first + i) % this.#order.length];
      if (this.#cellOf(slot) >= 0) this.#order[(this.#first + kept++) % this.#order.length] = slot;
    }
    this.#queued = kept;
  }

  /** The open cell of a slot, or -1. */
  #cellOf(slot: number): number {
    const cell = slot % this.#options.capacity;
    return this.#open[cell] && this.#slots[cell] === slot ? cell : -1;
  }

  #complete(cell: number): boolean {
    const answered = this.#answered[cell];
    return answered !== 0 && (answered & this.#live) >>> 0 === this.#live >>> 0;
  }

  #close(cell: number, reason: CloseReason): void {
    this.#open[cell] = 0;
    this.#onClose(this.#slots[cell], cell, reason);
  }
}
