/**
 * How long to wait before the next try: twice as long after each failure, up to a bound. Each wait is drawn at random
 * from half to one and a half times that, so that clients that lost one broker together do not come back together.
 */
export class RetryWait {
  readonly #firstMs: number;
  readonly #maxMs: number;
  readonly #random: () => number;
  #meanMs: number;

  constructor(firstMs: number, maxMs: number, random: () => number = Math.random) {
    this.#firstMs = firstMs;
    this.#maxMs = Math.max(firstMs, maxMs);
    this.#random = random;
    this.#meanMs = firstMs;
  }

  /**
   * The next wait, in ms.
   *
   * @param stoodMs how long the last connection lasted; one that broke at once counts as a failure
   */
  next(stoodMs: number): number {
    if (stoodMs > this.#meanMs) this.#meanMs = this.#firstMs;
    const wait = this.#meanMs * (0.5 + this.#random());
    this.#meanMs = Math.min(this.#meanMs * 2, this.#maxMs);
    return wait;
  }
}
