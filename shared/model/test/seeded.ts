/** Random numbers for tests: the same seed gives the same ones. */
export class Seeded {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 0x9e3779b1 + 1) >>> 0;
  }

  /** From 0 up to 1 (xorshift32). */
  next(): number {
    this.#state = (this.#state ^ (this.#state << 13)) >>> 0;
    this.#state = (this.#state ^ (this.#state >>> 17)) >>> 0;
    this.#state = (this.#state ^ (this.#state << 5)) >>> 0;
    return this.#state / 2 ** 32;
  }

  /** An integer from `low` to `high`. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.integer(0, choices.length - 1)];
  }

  array<T>(length: number, draw: () => T): T[] {
    return Array.from({ length }, draw);
  }
}
