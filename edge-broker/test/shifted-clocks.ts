import type { TimeSources } from '../src/clock/site-clock.js';

/** A wall clock and a monotonic one in the hands of a test. */
export class ShiftedClocks implements TimeSources {
  #wall = 1_800_000_000_000;
  #monotonic = 5_000;
  readonly wall = () => this.#wall;
  readonly monotonic = () => this.#monotonic;

  /** Time passes. */
  pass(ms: number): void {
    this.#wall += ms;
    this.#monotonic += ms;
  }

  /** The wall clock is set. */
  set(byMs: number): void {
    this.#wall += byMs;
  }
}
