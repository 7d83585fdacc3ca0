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
import { type Uncertain, verdictOf } from './uncertain.js';

/** The upper half of a sample's way: into the outbox, up to the cloud, and back with its verdict or a fallback. */
export class CloudPath {
  readonly #deps: PathDeps;
  readonly #sizes: UplinkSizes;
  /** The samples that were sent up and that the cloud has not answered yet. */
  readonly #waiting: DeadlineQueue<number, Uncertain>;
  /** Writes that the disk has not finished. */
  readonly #writes = new Set<Promise<void>>();

  constructor(deps: PathDeps) {
    const { samples: capacity, cloudDeadlineMs: deadlineMs } = deps.config.window;
    this.#deps = deps;
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

  /** Sends a sample up, and waits for its verdict. */
  send(sample: Uncertain, content: UplinkContentName, body: Uint8Array): void {
    const { outbox, cloudReachable, onUplink } = this.#deps;
    const { slot, states, best } = sample;
    if (outbox.failure) {
      this.fallback(sample, 'dropped');
      return;
    }
    const frame = this.#frame(sample, content, body);
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
    this.guard(slot, written.then(onUplink));
  }

  /** Replaces the content of a sample that was sent up already, because the cloud asked for it. */
  sendInstead(sample: Uncertain, content: UplinkContentName, body: Uint8Array): void {
    const { outbox, onReplaced } = this.#deps;
    const { slot, states } = sample;
    const frame = this.#frame(sample, content, body);
    this.guard(
      slot,
      outbox.replace(slot, states, frame).then(() => onReplaced(slot)),
    );
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
    this.guard(sample.slot, this.#deps.outbox.markAnswered(sample.slot, reason));
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

  /** Reports a write that fails, and makes {@link written} wait for it. */
  guard(slot: number, work: Promise<void>): void {
    const guarded = work
      .catch((error: unknown) => this.#deps.onError(slot, error))
      .finally(() => this.#writes.delete(guarded));
    this.#writes.add(guarded);
  }

  /** Resolves when the writes so far are on disk. */
  async written(): Promise<void> {
    await Promise.all(this.#writes);
  }

  #frame({ slot, states }: Uncertain, content: UplinkContentName, body: Uint8Array): Uint8Array {
    return encodeUplinkFeatures(this.#deps.config.epoch, [{ slot, states, content, body }], this.#sizes);
  }
}
