import { DeadlineQueue } from '@ddnn/fusion';
import { uplinkSizes } from '@ddnn/model';
import { encodeUplinkFeatures, type FallbackReason, type UplinkContentName, type UplinkSizes } from '@ddnn/protocol';
import type { PathDeps } from './path-deps.js';
import type { PendingWrites } from './pending-writes.js';
import { type Gathering, type Uncertain, verdictOf } from './uncertain.js';

/** The upper half of a sample's way: into the outbox, up to the cloud, and back with its verdict or a fallback. */
export class CloudPath {
  readonly #deps: PathDeps;
  readonly #writes: PendingWrites;
  readonly #sizes: UplinkSizes;
  readonly #onLate: (late: Gathering) => void;
  /** The samples that were sent up and that the cloud has not answered yet. */
  readonly #waiting: DeadlineQueue<number, Uncertain>;

  /** @param onLate a sample has its fallback, but its features may be on disk, or still come */
  constructor(deps: PathDeps, writes: PendingWrites, onLate: (late: Gathering) => void) {
    this.#onLate = onLate;
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
    const { outbox, cloudReachable } = this.#deps;
    const { slot, states, best } = sample;
    const frame = this.#frame(sample, content, body);
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
    const written = outbox.put({ slot, fallback: 'none', best, states }, frame).catch((error: unknown) => {
      // Without the write, the cloud will never get the sample.
      this.giveUp(slot, 'dropped');
      throw error;
    });
    // After the write has begun, so that the entry is known.
    if (!reachable) this.fallback(sample, 'unreachable');
    this.#sendUp(slot, written);
  }

  /** Sends a sample up that got its fallback already: the cloud's answer revises it. */
  sendLate(sample: Uncertain, fallback: FallbackReason, content: UplinkContentName, body: Uint8Array): void {
    this.sendFrame(sample, fallback, this.#frame(sample, content, body));
  }

  /** As {@link sendLate}, with a frame that is there already. */
  sendFrame({ slot, states, best }: Uncertain, fallback: FallbackReason, frame: Uint8Array): void {
    this.#sendUp(slot, this.#deps.outbox.put({ slot, states, best, fallback }, frame));
  }

  /** Waits for the verdict of a sample that is in the outbox. */
  wait(sample: Uncertain): void {
    this.#waiting.add(sample.slot, sample, performance.now());
  }

  /** The cloud has answered. False: the sample does not wait for it any more. */
  answered(slot: number): boolean {
    return this.#waiting.take(slot) !== undefined;
  }

  /**
   * Answers with the best exit so far.
   *
   * @param late the sample as its features may still come; null: none were asked for
   */
  fallback(sample: Uncertain, reason: FallbackReason, late: Uncertain | null = sample): void {
    const closing = this.#deps.outbox.close(sample.slot, reason);
    this.#deps.onVerdict(verdictOf(sample, 'fallback', reason), closing, sample.epoch);
    if (late && !closing.waits) this.#onLate({ sample: late, asked: false, answered: reason });
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

  #frame({ slot, states }: Uncertain, content: UplinkContentName, body: Uint8Array): Uint8Array {
    return encodeUplinkFeatures(this.#deps.config.epoch, [{ slot, states, content, body }], this.#sizes);
  }

  #sendUp(slot: number, written: Promise<void>): void {
    this.#writes.add(
      slot,
      written.then(() => this.#deps.onUplink(slot)),
    );
  }
}
