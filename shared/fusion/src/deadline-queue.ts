/** Why a value left a queue without being taken: it waited too long, or too many waited. */
export type LeaveReason = 'deadline' | 'crowded';

/** How a queue is bounded. */
export interface DeadlineQueueOptions {
  /** Values that may wait at once; for one more the oldest leaves. */
  readonly capacity: number;
  /** Milliseconds that a value may wait. */
  readonly deadlineMs: number;
}

/** What waits, oldest first, bounded in number and time. Times are of a clock that only rises, in ms. */
export class DeadlineQueue<Key, Value> {
  readonly #options: DeadlineQueueOptions;
  readonly #onLeave: (value: Value, reason: LeaveReason) => void;
  /** In the order of adding, so that the next deadline stands in front. */
  readonly #waiting = new Map<Key, { readonly value: Value; readonly dueAt: number }>();

  /** @param onLeave hears of a value that waits no longer, but not of one that was taken */
  constructor(options: DeadlineQueueOptions, onLeave: (value: Value, reason: LeaveReason) => void) {
    this.#options = options;
    this.#onLeave = onLeave;
  }

  /** Values that wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** The values that wait, oldest first: a copy, so that they may be taken on the way. */
  values(): Value[] {
    return Array.from(this.#waiting.values(), ({ value }) => value);
  }

  get(key: Key): Value | undefined {
    return this.#waiting.get(key)?.value;
  }

  /** Lets a value wait, in the place of one that waited under the same key. */
  add(key: Key, value: Value, now: number): void {
    this.#waiting.delete(key);
    if (this.#waiting.size >= this.#options.capacity) this.#leave(this.#waiting.keys().next().value!, 'crowded');
    this.#waiting.set(key, { value, dueAt: now + this.#options.deadlineMs });
  }

  /** What was waited for has come; undefined where nothing waits under that key. */
  take(key: Key): Value | undefined {
    const value = this.get(key);
    this.#waiting.delete(key);
    return value;
  }

  /** Lets go of every value whose deadline has passed. */
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
