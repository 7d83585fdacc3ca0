/** Lets one line per key and interval through, so that a flood of bad frames does not become a flood of lines. */
export class LogLimit {
  readonly #intervalMs: number;
  readonly #maxKeys: number;
  readonly #seen = new Map<string, { since: number; suppressed: number }>();

  constructor(intervalMs: number, maxKeys: number) {
    this.#intervalMs = intervalMs;
    this.#maxKeys = maxKeys;
  }

  /** The lines suppressed since the last one of that key, or undefined: not now. `now` in ms. */
  pass(key: string, now: number): number | undefined {
    const seen = this.#seen.get(key);
    if (seen && now - seen.since < this.#intervalMs) {
      seen.suppressed++;
      return undefined;
    }
    this.#seen.delete(key);
    if (this.#seen.size >= this.#maxKeys) {
      const [oldest] = this.#seen.keys();
      this.#seen.delete(oldest);
    }
    this.#seen.set(key, { since: now, suppressed: 0 });
    return seen?.suppressed ?? 0;
  }
}
