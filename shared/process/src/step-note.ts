const SHOW_MS = 3_600_000;

/** Puts the steps of a clock into words, and remembers the last one for an operator to see. */
export class StepNote {
  readonly #clock: string;
  readonly #monotonic: () => number;
  #text = '';
  #seenAt = Number.NEGATIVE_INFINITY;

  /** @param clock its name in a sentence @param monotonic time in ms */
  constructor(clock: string, monotonic: () => number = () => performance.now()) {
    this.#clock = clock;
    this.#monotonic = monotonic;
  }

  /** The clock was set by this many ms, above 0 forwards. Returns that in words. */
  saw(ms: number): string {
    this.#seenAt = this.#monotonic();
    this.#text = `${this.#clock} was set ${inSeconds(ms)} ${ms > 0 ? 'forward' : 'back'}`;
    return this.#text;
  }

  /** The last step in words, if it is less than an hour ago. */
  note(): string | undefined {
    const age = this.#monotonic() - this.#seenAt;
    return age < SHOW_MS ? `${this.#text}, ${inSeconds(age)} ago` : undefined;
  }
}

/** A duration in words, without its sign: `1.5 s`. */
export function inSeconds(ms: number): string {
  return `${(Math.abs(ms) / 1000).toFixed(1)} s`;
}
