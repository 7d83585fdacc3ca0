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
  /** The samples that were sent up and that the cloud has not answered yet. */
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

  /** Sends a sample up, and waits for its verdict. `asked`: replaces the content of a sample that waits already. */
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
    // Registered before the write, or a quick answer would find no waiting sample.
    if (reachable) this.wait(sample);
    else this.fallback(sample, 'unreachable');
    const fallback: FallbackReason = reachable ? 'none' : 'unreachable';
    const written = outbox.put({ slot, fallback, best, states }, frame).catch((error: unknown) => {
      // Without the write, the cloud will never get the sample.
      this.giveUp(slot, 'dropped');
      throw error;
    });
    this.#sendUp(slot, written);
  }

  /** Sends what is left of a sample of an old epoch, which got its fallback already. */
  sendOld(sample: Uncertain, frame: Uint8Array): void {
    this.#sendUp(sample.slot, this.#deps.outbox.put({ ...sample, fallback: 'dropped' }, frame));
  }

  /** Waits for the verdict of a sample that is in the outbox. */
  wait(sample: Uncertain): void {
    this.#waiting.add(sample.slot, sample, performance.now());
  }

  /** Takes the cloud's verdict; false: no sample waits for it. */
  verdict(verdict: Verdict): boolean {
    if (!this.#waiting.take(verdict.slot)) return false;
    this.#deps.onVerdict(verdict, 'cloud');
    return true;
  }

  /** Answers with the best exit so far. */
  fallback(sample: Uncertain, reason: FallbackReason): void {
    this.#writes.add(sample.slot, this.#deps.outbox.markAnswered(sample.slot, reason));
    this.#deps.onVerdict(verdictOf(sample, 'fallback', reason), 'site');
  }

  /** The cloud will not answer this sample. */
  giveUp(slot: number, reason: FallbackReason): void {
    const sample = this.#waiting.take(slot);
    if (sample) this.fallback(sample, reason);
  }

  /** The cloud will answer no sample, as when the link is lost. */
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
