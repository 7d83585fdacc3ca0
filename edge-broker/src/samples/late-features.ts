import { DeadlineQueue, type DeadlineQueueOptions, type LeaveReason } from '@ddnn/fusion';
import { ViewState } from '@ddnn/protocol';
import type { Interrupted } from '../outbox/interrupted.js';
import type { Outbox } from '../outbox/outbox.js';
import type { PendingWrites } from './pending-writes.js';
import type { Gathering } from './uncertain.js';

/**
 * Samples that have a fallback, but no features in the outbox yet: these may still come, or stand on a disk that
 * failed. Either way they go up, and the cloud's answer revises the fallback.
 */
export class LateFeatures {
  readonly #outbox: Outbox;
  readonly #writes: PendingWrites;
  readonly #onEnd: (late: Gathering, found: Interrupted | undefined) => void;
  readonly #waiting: DeadlineQueue<number, Gathering>;

  /** @param onEnd no more features are waited for; `found`: what is on disk of it */
  constructor(
    options: DeadlineQueueOptions,
    outbox: Outbox,
    writes: PendingWrites,
    onEnd: (late: Gathering, found: Interrupted | undefined) => void,
  ) {
    this.#outbox = outbox;
    this.#writes = writes;
    this.#onEnd = onEnd;
    this.#waiting = new DeadlineQueue(options, (late, reason) => this.#end(late, reason));
  }

  add(late: Gathering): void {
    this.#waiting.add(late.sample.slot, late, performance.now());
  }

  /** Features of this view have come; undefined: no late sample needs them. */
  take(slot: number, view: number): Gathering | undefined {
    const late = this.#waiting.get(slot);
    return late?.sample.states[view] === ViewState.present ? this.#waiting.take(slot) : undefined;
  }

  expire(now: number): void {
    this.#waiting.expire(now);
  }

  #end(late: Gathering, reason: LeaveReason): void {
    const { slot } = late.sample;
    if (!this.#outbox.failure) {
      this.#writes.add(
        slot,
        this.#outbox.gathered(slot).then((found) => this.#onEnd(late, found)),
      );
    } else if (reason === 'deadline') this.add(late);
    // One that too many others pushed out is found by the next start.
  }
}
