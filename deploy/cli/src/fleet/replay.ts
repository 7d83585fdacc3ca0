import type { VerdictJson } from '@ddnn/edge-broker';

/** How samples are sent through a fleet. */
export interface ReplayOptions {
  readonly samples: number;
  /** Samples under way at once. */
  readonly inFlight: number;
  /** Samples a second; undefined: as fast as `inFlight` allows. */
  readonly rate?: number | undefined;
  /** Triggers a slot on every agent. */
  readonly capture: (slot: number) => void;
  readonly onProgress?: (answered: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** One answered sample, with the time from its trigger to its verdict. */
export interface Answered {
  readonly verdict: VerdictJson;
  readonly latencyMs: number;
}

/** A sample without a verdict after this long counts as lost. */
const LOST_MS = 60_000;
const CHECK_MS = 250;

/** Triggers slots 0, 1, 2, … and pairs each with its verdict, with a bounded number under way. */
export class Replay {
  readonly #options: ReplayOptions;
  /** Verdicts by slot. */
  readonly answers: (Answered | undefined)[];
  readonly #triggeredAt: Float64Array;
  #next = 0;
  #open = 0;
  #answered = 0;
  #lastVerdictAt = 0;
  #finish: (() => void) | undefined;

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.answers = new Array(options.samples).fill(undefined);
    this.#triggeredAt = new Float64Array(options.samples);
  }

  /**
   * Sends every sample; resolves when all are answered or given up. Returns the seconds from first trigger to last
   * verdict. Throws the signal's reason where it aborts.
   */
  async run(): Promise<number> {
    const { rate, samples, signal } = this.#options;
    const startedAt = performance.now();
    this.#lastVerdictAt = startedAt;
    signal?.throwIfAborted();
    if (samples === 0) return 0;
    const finished = new Promise<void>((resolve) => {
      this.#finish = resolve;
    });
    signal?.addEventListener('abort', () => this.#finish?.(), { once: true });
    const checking = setInterval(() => {
      if (performance.now() - this.#lastVerdictAt > LOST_MS) this.#finish?.();
    }, CHECK_MS);
    if (rate === undefined) this.#fill();
    else this.#pace(rate, startedAt);
    await finished;
    clearInterval(checking);
    this.#next = samples;
    signal?.throwIfAborted();
    return (this.#lastVerdictAt - startedAt) / 1000;
  }

  /** Takes a verdict of the edge. A second one for the same slot changes nothing. */
  take(verdict: VerdictJson): void {
    const { slot } = verdict;
    if (slot >= this.#next || this.answers[slot]) return;
    this.#lastVerdictAt = performance.now();
    this.answers[slot] = { verdict, latencyMs: this.#lastVerdictAt - this.#triggeredAt[slot] };
    this.#open--;
    this.#answered++;
    this.#options.onProgress?.(this.#answered);
    if (this.#answered === this.#options.samples) this.#finish?.();
    else if (this.#options.rate === undefined) this.#fill();
  }

  #fill(): void {
    while (this.#open < this.#options.inFlight && this.#next < this.#options.samples) this.#trigger();
  }

  #pace(rate: number, startedAt: number): void {
    const due = () => startedAt + (this.#next * 1000) / rate;
    const tick = () => {
      while (this.#next < this.#options.samples && due() <= performance.now()) {
        // All places are taken: the sample waits for one, and its latency counts from when it gets it.
        if (this.#open >= this.#options.inFlight) break;
        this.#trigger();
      }
      if (this.#next < this.#options.samples) setTimeout(tick, Math.max(1, due() - performance.now()));
    };
    tick();
  }

  #trigger(): void {
    const slot = this.#next++;
    this.#open++;
    this.#triggeredAt[slot] = performance.now();
    this.#options.capture(slot);
  }
}
