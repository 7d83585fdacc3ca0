/** Why a value left a queue before it was taken: it waited too long, or too many waited. */
export type LeaveReason = 'deadline' | 'crowded';

/** How a queue is bounded. */
export interface DeadlineQueueOptions {
  /** Values that may wait at once; one more pushes out the oldest. */
  readonly capacity: number;
  /** Milliseconds that a value may wait. */
  readonly deadlineMs: number;
}

/** What waits, oldest first, bounded in number and time. Times are of a clock that only rises, in ms. */
export class DeadlineQueue<Key, Value> {
  readonly #options: DeadlineQueueOptions;
  readonly #onLeave: (value: Value, reason: LeaveReason) => void;
  /** In the order of adding, so the next deadline comes first. */
  readonly #waiting = new Map<Key, { readonly value: Value; readonly dueAt: number }>();

  /** @param onLeave called with a value that waits no longer, but not with one that was taken */
  constructor(options: DeadlineQueueOptions, onLeave: (value: Value, reason: LeaveReason) => void) {
    this.#options = options;
    this.#onLeave = onLeave;
  }

  /** Values that wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** The values that wait, oldest first: a copy, so they may be taken during the iteration. */
  values(): Value[] {
    return Array.from(this.#waiting.values(), ({ value }) => value);
  }

  get(key: Key): Value | undefined {
    return this.#waiting.get(key)?.value;
  }

  /** Lets a value wait; it replaces one that waits under the same key. */
  add(key: Key, value: Value, now: number): void {
    this.#waiting.delete(key);
    if (this.#waiting.size >= this.#options.capacity) this.#leave(this.#waiting.keys().next().value!, 'crowded');
    this.#waiting.set(key, { value, dueAt: now + this.#options.deadlineMs });
  }

  /** Takes a value out, because what it waited for has come; undefined: nothing waits under that key. */
  take(key: Key): Value | undefined {
    const value = this.get(key);
    this.#waiting.delete(key);
    return value;
  }

  /** Removes every value whose deadline has passed. */
  expire(now: number): void {
    for (const [key, { dueAt }] of this.#waiting) {
      if (dueAt > now) return;
      this.#leave(key, 'deadline');
    }
  }

  #leave(key: Key, reason: LeaveReason): void {
    this.#onLeave(this.take(key)!, reason);
  }
}
