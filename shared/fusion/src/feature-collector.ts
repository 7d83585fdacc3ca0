import { DeadlineQueue, type DeadlineQueueOptions } from './deadline-queue.js';
import type { CloseReason } from './sample-window.js';

/** What happened to one view's features that were offered to the collector. */
export type FeatureOffer = 'taken' | 'duplicate' | 'unknown';

/** A sample whose features are all there, or as many as came in time. */
export interface Collected<Context> {
  readonly slot: number;
  readonly context: Context;
  /** Features by source; undefined where none came. */
  readonly maps: readonly (Uint8Array | undefined)[];
  /** Bit s is set: the features of source s are there. */
  readonly mask: number;
  /** Why nobody waits for more. */
  readonly reason: CloseReason;
}

/** How a collector is sized: a sample that leaves its queue is completed with what is there. */
export interface FeatureCollectorOptions extends DeadlineQueueOptions {
  /** Views of a site, or edges of one. */
  readonly sources: number;
}

interface Waiting<Context> {
  readonly slot: number;
  readonly context: Context;
  readonly maps: (Uint8Array | undefined)[];
  mask: number;
  wanted: number;
}

/** Gathers the features that were asked for, per sample, until all came or the deadline has passed. */
export class FeatureCollector<Context> {
  readonly #sources: number;
  readonly #onComplete: (collected: Collected<Context>) => void;
  readonly #waiting: DeadlineQueue<number, Waiting<Context>>;

  constructor(options: FeatureCollectorOptions, onComplete: (collected: Collected<Context>) => void) {
    this.#sources = options.sources;
    this.#onComplete = onComplete;
    this.#waiting = new DeadlineQueue(options, (waiting, reason) => this.#complete(waiting, reason));
  }

  /** Samples that wait for features. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Waits for the sources whose bit is set in `wanted`. */
  open(slot: number, wanted: number, context: Context, now: number): void {
    const maps = new Array<Uint8Array | undefined>(this.#sources).fill(undefined);
    const waiting = { slot, context, maps, mask: 0, wanted };
    if (wanted === 0) this.#complete(waiting, 'complete');
    else this.#waiting.add(slot, waiting, now);
  }

  /** Whether any features of this sample are waited for. */
  has(slot: number): boolean {
    return this.#waiting.get(slot) !== undefined;
  }

  /** Whether features of this source are waited for; others are neither kept nor written to disk. */
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
    if (waiting.wanted === 0) this.#complete(this.#waiting.take(slot)!, 'complete');
    return 'taken';
  }

  /** A source is gone: no sample waits for it any longer. */
  giveUp(source: number): void {
    for (const { slot } of this.#waiting.values()) if (this.wants(slot, source)) this.offer(slot, source, null);
  }

  /** Completes every sample whose deadline has passed. */
  expire(now: number): void {
    this.#waiting.expire(now);
  }

  /** Completes everything now, as when the process stops. */
  drain(): void {
    this.expire(Number.POSITIVE_INFINITY);
  }

  #complete({ slot, context, maps, mask }: Waiting<Context>, reason: CloseReason): void {
    this.#onComplete({ slot, context, maps, mask, reason });
  }
}
