import { setImmediate } from 'node:timers/promises';
import type { Verdict } from '@ddnn/protocol';
import type { Outbox } from '../outbox/outbox.js';
import type { Closing } from '../outbox/outbox-terms.js';
import type { RecordBatch } from '../outbox/record-batch.js';
import { PendingWrites } from './pending-writes.js';

/** What comes first: *strict* writes a verdict and then says it, *fast* says it and then writes it. */
export type Durability = 'strict' | 'fast';

/** What gives answers. */
export interface AnswersDeps {
  readonly durability: Durability;
  readonly outbox: Outbox;
  readonly records: RecordBatch;
  /** Tells whoever listens live. */
  readonly say: (verdict: Verdict) => void;
  readonly onError: (slot: number | undefined, error: unknown) => void;
}

/**
 * Gives the verdicts of a site: on disk, and said to whoever listens live. With *strict* an answer that was said is
 * never said again, and its record is never lost, even if the process is killed in between. A power cut may cost the
 * records of local exits since the last flush; it repeats no answer. With *fast* it is said a
 * disk write earlier; what a kill then loses is said again by the next process, or its record is missing in the cloud.
 */
export class Answers {
  readonly #deps: AnswersDeps;
  /** Verdicts of this site that wait for the disk. */
  #unsaid: Verdict[] = [];
  readonly #writes: PendingWrites;
  #writing = false;

  constructor(deps: AnswersDeps) {
    this.#deps = deps;
    this.#writes = new PendingWrites((slot, error) => deps.onError(slot, error));
  }

  /** Gives a verdict of this site, which goes to the cloud as a record; `closing` is written with it. */
  give(verdict: Verdict, closing?: Closing, epoch?: number): void {
    const { durability, outbox, records, say } = this.#deps;
    const whole = records.add(verdict, closing, epoch);
    // A disk that fails must not keep anybody from the answer.
    if (durability === 'fast' || outbox.failure) {
      say(verdict);
      if (whole) records.flushSoon();
      return;
    }
    this.#unsaid.push(verdict);
    if (!this.#writing) this.#writes.add(verdict.slot, this.#writeAndSay());
  }

  /** Gives a verdict of the cloud. `deleted` resolves when the features of its sample are no longer on disk. */
  pass(verdict: Verdict, deleted: Promise<unknown>): void {
    const { durability, say } = this.#deps;
    if (durability === 'fast') say(verdict);
    // Whoever deletes reports what fails; the answer is the answer all the same.
    else
      this.#writes.add(
        verdict.slot,
        deleted.catch(() => undefined).then(() => say(verdict)),
      );
  }

  /** Resolves when every verdict given so far is said. */
  said(): Promise<void> {
    return this.#writes.done();
  }

  async #writeAndSay(): Promise<void> {
    const { records, say, onError } = this.#deps;
    this.#writing = true;
    try {
      // What is decided in this turn of the event loop shares the first write.
      await setImmediate();
      while (this.#unsaid.length > 0) {
        const given = this.#unsaid;
        this.#unsaid = [];
        // The next ones wait for the next write, together.
        await records.write().catch((error: unknown) => onError(undefined, error));
        for (const verdict of given) say(verdict);
      }
    } finally {
      this.#writing = false;
    }
  }
}
