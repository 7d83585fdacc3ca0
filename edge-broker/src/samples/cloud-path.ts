import { DeadlineQueue } from '@ddnn/fusion';
import { uplinkSizes } from '@ddnn/model';
import {
  encodeUplinkFeatures,
  type FallbackReason,
  type UplinkContentName,
  type UplinkSizes,
  type Verdict,
} from '@ddnn/protocol';
import type { PathDeps } from './path-deps.js';
import type { PendingWrites } from './pending-writes.js';
import { type Uncertain, verdictOf } from './uncertain.js';

/** The upper half of a sample's way: into the outbox, up to the cloud, and back with its verdict or a fallback. */
export class CloudPath {
  readonly #deps: PathDeps;
  readonly #writes: PendingWrites;
  readonly #sizes: UplinkSizes;
  /** The samples that went up and which the cloud has not answered yet. */
  readonly #waiting: DeadlineQueue<number, Uncertain>;

  constructor(deps: PathDeps, writes: PendingWrites) {
    const { samples: capacity, cloudDeadlineMs: deadlineMs } = deps.config.window;
    this.#deps = deps;
    this.#writes = writes;
    this.#sizes = uplinkSizes(deps.bundle);
    this.#waiting = new DeadlineQueue({ capacity, deadlineMs }, (sample, reason) => {
      if (reason === 'crowded') deps.onCrowded('cloud');
      this.fallback(sample, reason);
    });
  }

  /** Samples that wait for the cloud. */
  get size(): number {
    return this.#waiting.size;
  }

  /** A sample that waits. */
  sample(slot: number): Uncertain | undefined {
    return this.#waiting.get(slot);
  }

  /** Sends a sample up, and waits for its verdict. `asked`: it waits already, and the cloud wants this of it too. */
  send(sample: Uncertain, content: UplinkContentName, body: Uint8Array, asked = false): void {
    const { config, outbox, cloudReachable } = this.#deps;
    const { slot, states, best } = sample;
    const frame = encodeUplinkFeatures(config.epoch, [{ slot, states, content, body }], this.#sizes);
    if (asked) {
      this.#sendUp(slot, outbox.replace(slot, states, frame));
      return;
    }
    if (outbox.failure) {
      this.fallback(sample, 'dropped');
      return;
    }
    const reachable = cloudReachable();
    // Wait before writing, or a quick answer would find nobody who waits for it.
    if (reachable) this.wait(sample);
    else this.fallback(sample, 'unreachable');
    const fallback: FallbackReason = reachable ? 'none' : 'unreachable';
    const written = outbox.put({ slot, fallback, best, states }, frame).catch((error: unknown) => {
      // The cloud will never hear of it.
      this.giveUp(slot, 'dropped');
      throw error;
    });
    this.#sendUp(slot, written);
  }

  /** Sends what is left of a sample whose epoch is over; it has its fallback. */
  sendOld(sample: Uncertain, frame: Uint8Array): void {
    this.#sendUp(sample.slot, this.#deps.outbox.put({ ...sample, fallback: 'dropped' }, frame));
  }

  /** Waits for the verdict of a sample that stands in the outbox. */
  wait(sample: Uncertain): void {
    this.#waiting.add(sample.slot, sample, performance.now());
  }

  /** The cloud's verdict; false: nobody waits for it. */
  verdict(verdict: Verdict): boolean {
    if (!this.#waiting.take(verdict.slot)) return false;
    this.#deps.onVerdict(verdict, 'cloud');
    return true;
  }

  /** The best exit so far is the answer. */
  fallback(sample: Uncertain, reason: FallbackReason): void {
    this.#writes.add(sample.slot, this.#deps.outbox.markAnswered(sample.slot, reason));
    this.#deps.onVerdict(verdictOf(sample, 'fallback', reason), 'site');
  }

  /** The cloud will not answer this sample. */
  giveUp(slot: number, reason: FallbackReason): void {
    const sample = this.#waiting.take(slot);
    if (sample) this.fallback(sample, reason);
  }

  /** Nor any other, as when the link is gone. */
  giveUpAll(reason: FallbackReason): void {
    for (const { slot } of this.#waiting.values()) this.giveUp(slot, reason);
  }

  expire(now: number): void {
    this.#waiting.expire(now);
  }

  #sendUp(slot: number, written: Promise<void>): void {
    this.#writes.add(
      slot,
      written.then(() => this.#deps.onUplink(slot)),
    );
  }
}
