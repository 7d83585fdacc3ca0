import type { Logger } from './logger.js';

/**
 * Lets one line through for each key and interval, and limits the number of keys. So a flood of bad frames, even from
 * very many senders, does not become a flood of lines.
 */
export class LogLimit {
  readonly #intervalMs: number;
  readonly #maxKeys: number;
  /** Lines held back since the last one of that key; oldest line first. */
  readonly #seen = new Map<string, { since: number; suppressed: number }>();
  /** Lines held back because there was no room for their key. */
  #others = 0;

  constructor(intervalMs: number, maxKeys: number) {
    this.#intervalMs = intervalMs;
    this.#maxKeys = maxKeys;
  }

  /** The number of lines suppressed since the last one of that key; undefined: print nothing now. `now` in ms. */
  pass(key: string, now: number): number | undefined {
    const seen = this.#seen.get(key);
    if (seen && now - seen.since < this.#intervalMs) {
      seen.suppressed++;
      return undefined;
    }
    let suppressed = seen?.suppressed ?? 0;
    this.#seen.delete(key);
    if (this.#seen.size >= this.#maxKeys) {
      const [[oldest, { since, suppressed: held }]] = this.#seen;
      if (now - since < this.#intervalMs) {
        this.#others += suppressed + 1;
        return undefined;
      }
      this.#seen.delete(oldest);
      this.#others += held;
    }
    suppressed += this.#others;
    this.#others = 0;
    this.#seen.set(key, { since: now, suppressed: 0 });
    return suppressed;
  }
}

const INTERVAL_MS = 10_000;
const MAX_KEYS = 100;

/**
 * A logger for what strangers can cause, limited by {@link LogLimit}; each line has the number of lines held back
 * before it.
 */
export class LimitedLogger {
  readonly #logger: Logger;
  readonly #limit = new LogLimit(INTERVAL_MS, MAX_KEYS);

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** `key`: the same for lines of the same kind. */
  warn(key: string, details: object, message: string): void {
    const suppressed = this.#limit.pass(key, performance.now());
    if (suppressed !== undefined) this.#logger.warn({ ...details, suppressed }, message);
  }
}
