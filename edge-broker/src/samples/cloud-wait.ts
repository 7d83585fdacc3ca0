import type { ExitName, FallbackReason, Verdict } from '@ddnn/protocol';
import type { BestExit } from '../outbox/best-exit.js';

/** A sample that is not answered yet: which views took part, and the best exit so far. */
export interface Uncertain {
  readonly slot: number;
  readonly states: Uint8Array;
  readonly best: BestExit;
  /** Output of the edge section where this edge, one of several, was sure: the cloud may ask for it. */
  readonly features?: Uint8Array;
}

/** A verdict with the best exit of a sample. */
export function verdictOf({ slot, states, best }: Uncertain, exit: ExitName, reason: FallbackReason): Verdict {
  return { slot, classIndex: best.classIndex, exit, reason, uncertainty: best.uncertainty, states };
}

/** The samples that went up and which the cloud has not answered yet. Bounded in number and time. */
export class CloudWait {
  readonly #capacity: number;
  readonly #deadlineMs: number;
  readonly #onGiveUp: (sample: Uncertain, reason: FallbackReason) => void;
  readonly #waiting = new Map<number, { sample: Uncertain; dueAt: number }>();

  constructor(capacity: number, deadlineMs: number, onGiveUp: (sample: Uncertain, reason: FallbackReason) => void) {
    this.#capacity = capacity;
    this.#deadlineMs = deadlineMs;
    this.#onGiveUp = onGiveUp;
  }

  get size(): number {
    return this.#waiting.size;
  }

  add(sample: Uncertain, now: number): void {
    if (this.#waiting.size >= this.#capacity) {
      const [oldest] = this.#waiting.keys();
      this.giveUp(oldest, 'deadline');
    }
    this.#waiting.set(sample.slot, { sample, dueAt: now + this.#deadlineMs });
  }

  /** A sample that waits. */
  get(slot: number): Uncertain | undefined {
    return this.#waiting.get(slot)?.sample;
  }

  /** The cloud answered: true where the sample still waited, false where it has its fallback already. */
  settle(slot: number): boolean {
    return this.#waiting.delete(slot);
  }

  /** Gives the sample its fallback now. */
  giveUp(slot: number, reason: FallbackReason): void {
    const waiting = this.#waiting.get(slot);
    if (!waiting) return;
    this.#waiting.delete(slot);
    this.#onGiveUp(waiting.sample, reason);
  }

  expire(now: number): void {
    for (const [slot, { dueAt }] of this.#waiting) {
      if (dueAt > now) return;
      this.giveUp(slot, 'deadline');
    }
  }

  /** Gives every sample its fallback, as when the link is gone. */
  giveUpAll(reason: FallbackReason): void {
    for (const slot of [...this.#waiting.keys()]) this.giveUp(slot, reason);
  }
}
