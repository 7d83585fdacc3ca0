/** What became of one view's features that were offered to the collector. */
export type FeatureOffer = 'taken' | 'duplicate' | 'unknown';

/** A sample whose features are all there, or as many as came in time. */
export interface Collected<Context> {
  readonly slot: number;
  readonly context: Context;
  /** Features by source; undefined where none came. */
  readonly maps: readonly (Uint8Array | undefined)[];
  /** Bit s: the features of source s are there. */
  readonly mask: number;
}

/** How a collector is sized. */
export interface FeatureCollectorOptions {
  /** Views of a site, or edges of one. */
  readonly sources: number;
  /** Samples that may wait at once; one more completes the oldest. */
  readonly capacity: number;
  /** Milliseconds until a sample is completed with what is there. */
  readonly deadlineMs: number;
}

interface Waiting<Context> {
  readonly context: Context;
  readonly maps: (Uint8Array | undefined)[];
  readonly dueAt: number;
  mask: number;
  wanted: number;
}

/** Gathers the features that were asked for, per sample, until all came or the deadline has passed. */
export class FeatureCollector<Context> {
  readonly #options: FeatureCollectorOptions;
  readonly #onComplete: (collected: Collected<Context>) => void;
  /** In the order of asking, so that the next deadline stands in front. */
  readonly #waiting = new Map<number, Waiting<Context>>();

  constructor(options: FeatureCollectorOptions, onComplete: (collected: Collected<Context>) => void) {
    this.#options = options;
    this.#onComplete = onComplete;
  }

  /** Samples that wait for features. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Waits for the sources whose bit is set in `wanted`. */
  open(slot: number, wanted: number, context: Context, now: number): void {
    if (this.#waiting.size >= this.#options.capacity) {
      const [oldest] = this.#waiting.keys();
      this.#complete(oldest);
    }
    const maps = new Array<Uint8Array | undefined>(this.#options.sources).fill(undefined);
    this.#waiting.set(slot, { context, maps, dueAt: now + this.#options.deadlineMs, mask: 0, wanted });
    if (wanted === 0) this.#complete(slot);
  }

  /** Whether any features of this sample are waited for. */
  has(slot: number): boolean {
    return this.#waiting.has(slot);
  }

  /** Whether features of this source are waited for: what is not is neither kept nor written to disk. */
  wants(slot: number, source: number): boolean {
    const waiting = this.#waiting.get(slot);
    return waiting !== undefined && ((waiting.wanted >>> source) & 1) === 1;
  }

  /** Takes a source's features; null: the source no longer has them. The array is kept, not copied. */
  offer(slot: number, source: number, map: Uint8Array | null): FeatureOffer {
    const waiting = this.#waiting.get(slot);
    const bit = 1 << source;
    if (!waiting) return 'unknown';
    if (waiting.mask & bit) return 'duplicate';
    if (!(waiting.wanted & bit)) return 'unknown';
    if (map) {
      waiting.maps[source] = map;
      waiting.mask |= bit;
    }
    waiting.wanted &= ~bit;
    if (waiting.wanted === 0) this.#complete(slot);
    return 'taken';
  }

  /** A source is gone: nobody waits for it any longer. */
  giveUp(source: number): void {
    for (const slot of [...this.#waiting.keys()]) if (this.wants(slot, source)) this.offer(slot, source, null);
  }

  /** Completes every sample whose deadline has passed. */
  expire(now: number): void {
    for (const [slot, { dueAt }] of this.#waiting) {
      if (dueAt > now) return;
      this.#complete(slot);
    }
  }

  /** Completes everything now, as when the process stops. */
  drain(): void {
    this.expire(Number.POSITIVE_INFINITY);
  }

  #complete(slot: number): void {
    const { context, maps, mask } = this.#waiting.get(slot)!;
    this.#waiting.delete(slot);
    this.#onComplete({ slot, context, maps, mask });
  }
}
