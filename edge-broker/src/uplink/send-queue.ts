import type { EntryName } from '../outbox/entry.js';

/**
 * The entries that are to be sent to the cloud: first those that somebody waits for, in the order of adding; then the
 * backlog, likewise, at a bounded rate. So an outage of hours delays no live sample when the link is back.
 */
export class SendQueue {
  readonly #backlogPerSecond: number;
  readonly #live = new Map<string, EntryName>();
  readonly #backlog = new Map<string, EntryName>();
  /** Entries of the backlog that may go now, and since when that is known. */
  #budget = 1;
  #filledAt = 0;

  constructor(backlogPerSecond: number) {
    this.#backlogPerSecond = backlogPerSecond;
  }

  /** Entries of the backlog. */
  get backlog(): number {
    return this.#backlog.size;
  }

  /** Puts an entry at the end. @param live somebody waits for it */
  add(key: string, entry: EntryName, live: boolean): void {
    this.delete(key);
    (live ? this.#live : this.#backlog).set(key, entry);
  }

  get(key: string): EntryName | undefined {
    return this.#live.get(key) ?? this.#backlog.get(key);
  }

  delete(key: string): void {
    this.#live.delete(key);
    this.#backlog.delete(key);
  }

  clear(): void {
    this.#live.clear();
    this.#backlog.clear();
  }

  /**
   * What goes next; undefined: nothing for now. It stays in the queue until it is deleted.
   *
   * @param now a clock that only rises, in ms @param backlogToo there is room for the backlog
   */
  next(now: number, backlogToo: boolean): [key: string, entry: EntryName] | undefined {
    const [live] = this.#live;
    if (live || !backlogToo) return live;
    const [oldest] = this.#backlog;
    if (!oldest) return undefined;
    // A tenth of a second's worth may go at once.
    const most = Math.max(1, this.#backlogPerSecond / 10);
    this.#budget = Math.min(most, this.#budget + ((now - this.#filledAt) * this.#backlogPerSecond) / 1000);
    this.#filledAt = now;
    if (this.#budget < 1) return undefined;
    this.#budget--;
    return oldest;
  }
}
