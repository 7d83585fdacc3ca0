import { ViewState } from '@ddnn/protocol';
import type { LeaveReason } from './deadline-queue.js';

/** What happened to one summary that was offered to the window. */
export type Offer = 'taken' | 'duplicate' | 'late' | 'unknown';

/** Why a sample left the window. */
export type CloseReason = 'complete' | LeaveReason;

/** How a window is sized. */
export interface SampleWindowOptions {
  readonly views: number;
  /** Bytes of one view's scores; 0 where views only report presence. */
  readonly scoreBytes: number;
  /** Samples that may be open at once; one more closes the sample whose cell it needs. */
  readonly capacity: number;
  /** Milliseconds from a sample's first summary until it is closed with the summaries that it has. */
  readonly deadlineMs: number;
}

/** Called when a sample leaves the window; its cell is valid until the call returns. */
export type CloseHandler = (slot: number, cell: number, reason: CloseReason) => void;

/*
 * A cell, its parts side by side so that a summary touches as few cache lines as can be (64 bytes: six views, three
 * classes):
 *
 *   slot      f64   stays when the sample is closed
 *   openedAt  f64
 *   answered  u32   bit v: view v has answered; stays likewise
 *   present   u32   bit v: and sees something
 *   before    i32   cell that was opened before this one and is open still, and
 *   after     i32   the one opened after it; -1: none
 *   scores          views * scoreBytes, up to a multiple of 8
 */
const CELL_HEAD_BYTES = 32;
const SLOT = 0;
const OPENED_AT = 1;
const ANSWERED = 4;
const PRESENT = 5;
const BEFORE = 6;
const AFTER = 7;
const NONE = -1;
/** In the place of `before`: the sample is closed. */
const CLOSED = -2;

/**
 * Gathers the summaries of a sample until every live view has answered or the deadline has passed. All cells are in one
 * buffer, made once, and a sample has the cell `slot % capacity`: a summary costs no allocation. A closed cell
 * remembers its slot until it is needed again, so late and duplicate summaries can be told apart. Open cells form a
 * list in the order in which they were opened: the next deadline comes first, and closed samples are never looked at.
 */
export class SampleWindow {
  /** Scores of cell `c`, view `v` start at `scoreOffset(c) + v * scoreBytes`. */
  readonly scores: Int8Array;
  readonly #options: SampleWindowOptions;
  readonly #onClose: CloseHandler;
  /** Views of the buffer, one for each type of part. */
  readonly #doubles: Float64Array;
  readonly #words: Int32Array;
  readonly #cellBytes: number;
  /** The oldest open cell and the latest. */
  #first = NONE;
  #last = NONE;
  #live = 0;

  constructor(options: SampleWindowOptions, onClose: CloseHandler) {
    const { capacity, views, scoreBytes } = options;
    this.#options = options;
    this.#onClose = onClose;
    this.#cellBytes = CELL_HEAD_BYTES + 8 * Math.ceil((views * scoreBytes) / 8);
    const cells = new ArrayBuffer(capacity * this.#cellBytes);
    this.scores = new Int8Array(cells);
    this.#doubles = new Float64Array(cells);
    this.#words = new Int32Array(cells);
    for (let cell = 0; cell < capacity; cell++) {
      this.#doubles[this.#double(cell) + SLOT] = -1;
      this.#words[this.#word(cell) + BEFORE] = CLOSED;
    }
  }

  /** Sets whether a view's device is online. Samples that only waited for a view that is now offline close at once. */
  setLive(view: number, live: boolean): void {
    const before = this.#live;
    this.#live = live ? before | (1 << view) : before & ~(1 << view);
    if (live || this.#live === before) return;
    for (let cell = this.#first; cell !== NONE; ) {
      const after = this.#words[this.#word(cell) + AFTER];
      if (this.#complete(cell)) this.#close(cell, 'complete');
      cell = after;
    }
  }

  /**
   * Takes one view's summary. `present` false: the camera sees nothing. `bytes` from `offset` on hold the scores. `now`
   * is a monotonic time in ms; `reference`, where there is one, the slot of the edge's clock: summaries further from it
   * than the capacity are `unknown`.
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
    const { capacity, scoreBytes } = this.#options;
    if (reference !== undefined && Math.abs(slot - reference) > capacity) return 'unknown';
    const cell = slot % capacity;
    const words = this.#words;
    const word = this.#word(cell);
    const held = this.#doubles[this.#double(cell) + SLOT];
    if (held !== slot) {
      if (held > slot) return 'late';
      if (words[word + BEFORE] !== CLOSED) this.#close(cell, 'crowded');
      this.#begin(cell, slot, now);
    }
    const bit = 1 << view;
    if (words[word + ANSWERED] & bit) return 'duplicate';
    if (words[word + BEFORE] === CLOSED) return 'late';
    words[word + ANSWERED] |= bit;
    if (present) {
      words[word + PRESENT] |= bit;
      const at = this.scoreOffset(cell) + view * scoreBytes;
      for (let i = 0; i < scoreBytes; i++) this.scores[at + i] = bytes[offset + i];
    }
    if (this.#complete(cell)) this.#close(cell, 'complete');
    return 'taken';
  }

  /** Closes every sample whose deadline has passed. */
  expire(now: number): void {
    while (this.#first !== NONE) {
      const openedAt = this.#doubles[this.#double(this.#first) + OPENED_AT];
      if (openedAt + this.#options.deadlineMs > now) return;
      this.#close(this.#first, 'deadline');
    }
  }

  /** Closes every open sample now, as when the process stops. */
  drain(): void {
    this.expire(Number.POSITIVE_INFINITY);
  }

  /** Bit v is set: view v of the cell is present. */
  presence(cell: number): number {
    return this.#words[this.#word(cell) + PRESENT] >>> 0;
  }

  /** Where the scores of a cell's first view start. */
  scoreOffset(cell: number): number {
    return cell * this.#cellBytes + CELL_HEAD_BYTES;
  }

  /** Writes the state of every view of the cell. A silent view is *late* if its device is online, else *lost*. */
  states(cell: number, out: Uint8Array): Uint8Array {
    const answered = this.#words[this.#word(cell) + ANSWERED];
    const present = this.presence(cell);
    for (let view = 0; view < this.#options.views; view++) {
      const bit = 1 << view;
      if (present & bit) out[view] = ViewState.present;
      else if (answered & bit) out[view] = ViewState.absent;
      else out[view] = this.#live & bit ? ViewState.late : ViewState.lost;
    }
    return out;
  }

  #begin(cell: number, slot: number, now: number): void {
    const double = this.#double(cell);
    this.#doubles[double + SLOT] = slot;
    this.#doubles[double + OPENED_AT] = now;
    const words = this.#words;
    const word = this.#word(cell);
    words[word + ANSWERED] = 0;
    words[word + PRESENT] = 0;
    words[word + BEFORE] = this.#last;
    words[word + AFTER] = NONE;
    if (this.#last === NONE) this.#first = cell;
    else words[this.#word(this.#last) + AFTER] = cell;
    this.#last = cell;
  }

  #complete(cell: number): boolean {
    const answered = this.#words[this.#word(cell) + ANSWERED];
    return answered !== 0 && (answered & this.#live) >>> 0 === this.#live >>> 0;
  }

  #close(cell: number, reason: CloseReason): void {
    const words = this.#words;
    const word = this.#word(cell);
    const before = words[word + BEFORE];
    const after = words[word + AFTER];
    if (before === NONE) this.#first = after;
    else words[this.#word(before) + AFTER] = after;
    if (after === NONE) this.#last = before;
    else words[this.#word(after) + BEFORE] = before;
    words[word + BEFORE] = CLOSED;
    this.#onClose(this.#doubles[this.#double(cell) + SLOT], cell, reason);
  }

  /** Where a cell starts among the 64-bit numbers. */
  #double(cell: number): number {
    return (cell * this.#cellBytes) >>> 3;
  }

  /** Where a cell starts among the 32-bit numbers. */
  #word(cell: number): number {
    return (cell * this.#cellBytes) >>> 2;
  }
}
