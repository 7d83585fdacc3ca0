import { encodeVerdicts, MAX_UPLINK_GAP, slotRuns, type Verdict } from '@ddnn/protocol';
import type { Outbox } from './outbox.js';
import type { Closing, RecordFrame } from './outbox-terms.js';

/** While the disk is busy, very many verdicts may come; encoding more of them at once would stop everything else. */
const MAX_FRESH = 1024;

/** How records are batched, and the callbacks. */
export interface RecordBatchOptions {
  readonly epoch: number;
  /** Verdicts in one frame at most. */
  readonly maxVerdicts: number;
  /** A frame is on disk and complete, so it may be sent. `slot` is its first. */
  readonly onWhole: (slot: number) => void;
  /** A write in the background has failed. */
  readonly onError: (error: unknown) => void;
}

/**
 * Collects the verdicts that this site gave itself into record frames. Every write takes what waits to the outbox, in a
 * frame that grows from write to write until it is full or sent. So records are soon on disk, but seldom sent.
 */
export class RecordBatch {
  readonly #outbox: Outbox;
  readonly #options: RecordBatchOptions;
  /** Frames that are not on disk yet. */
  #sealed: RecordFrame[] = [];
  /** Verdicts that came since, not on disk either. */
  #fresh: Verdict[] = [];
  /** What is written with the next frames. */
  #closings: Closing[] = [];
  /** Verdicts on disk, in the frame that still grows. */
  #growing: readonly Verdict[] = [];
  /** One flush runs after the other, so when the last one resolves, everything is written. */
  #flushing: Promise<void> = Promise.resolve();
  #inBackground = false;

  constructor(outbox: Outbox, options: RecordBatchOptions) {
    this.#outbox = outbox;
    this.#options = options;
  }

  /**
   * Adds a verdict, and what becomes of its features. True: a whole batch waits, so flush now.
   *
   * @param epoch of its sample: one of an older epoch has a frame of its own
   */
  add(verdict: Verdict, closing?: Closing, epoch = this.#options.epoch): boolean {
    if (closing) this.#closings.push(closing);
    // Only a disk that fails lets so many wait. Without it, the sample is answered once more after a restart.
    if (this.#closings.length > this.#outbox.maxEntries) this.#closings.shift();
    if (epoch !== this.#options.epoch) {
      const { slot } = verdict;
      const frame = encodeVerdicts('record', epoch, [verdict]);
      if (!this.#outbox.has('record', slot)) this.#sealed.push({ slot, frame, grows: false });
      return true;
    }
    const waiting = this.#growing.length + this.#fresh.push(verdict);
    if (this.#fresh.length >= MAX_FRESH) this.#seal();
    return waiting % this.#options.maxVerdicts === 0;
  }

  /** Encodes what waits before it can be written. Encoded frames have the same bound as written ones. */
  #seal(): void {
    for (const verdicts of this.#batches(this.#fresh, undefined)) this.#sealed.push(this.#frame(verdicts, false));
    this.#fresh = [];
    while (this.#sealed.length > this.#outbox.maxEntries) this.#outbox.dropUnwritten(this.#sealed.shift()!);
  }

  /**
   * Writes what waits to the outbox, so that it survives the end of this process. What becomes of features survives a
   * power cut, too.
   */
  write(): Promise<void> {
    return this.#then(() => this.#put({ all: false, sync: false }));
  }

  /** Writes what waits to the outbox; resolves when all of it would survive a power cut. */
  flush(): Promise<void> {
    return this.#then(() => this.#put({ all: false, sync: true }));
  }

  /** Flushes what waits and closes the growing frame, so that all of it may be sent. */
  send(): Promise<void> {
    return this.#then(() => this.#put({ all: true, sync: true }));
  }

  /** Flushes in the background. While such a flush runs, further calls do nothing: new verdicts wait for the next. */
  flushSoon(): void {
    if (this.#inBackground) return;
    this.#inBackground = true;
    this.flush()
      .catch(this.#options.onError)
      .finally(() => {
        this.#inBackground = false;
      });
  }

  /** Sends in the background. */
  sendSoon(): void {
    this.send().catch(this.#options.onError);
  }

  #then(put: () => Promise<void>): Promise<void> {
    // A failed flush was reported to its caller, and must not stop the next one.
    this.#flushing = this.#flushing.catch(() => undefined).then(put);
    return this.#flushing;
  }

  async #put({ all, sync }: { all: boolean; sync: boolean }): Promise<void> {
    const { maxVerdicts, onWhole } = this.#options;
    const [sealed, fresh, closings] = [this.#sealed, this.#fresh, this.#closings];
    const loose = fresh.length > 0 || all ? [...this.#growing, ...fresh] : [];
    if (sealed.length === 0 && loose.length === 0) {
      if (sync) await this.#outbox.sync();
      return;
    }
    this.#sealed = [];
    this.#fresh = [];
    this.#closings = [];
    const grown = loose.length > 0 ? this.#growing[0]?.slot : undefined;
    const batches = this.#batches(loose, grown);
    const last = batches.at(-1);
    const grows = !all && last !== undefined && last.length < maxVerdicts;
    const frames = [...sealed, ...batches.map((verdicts) => this.#frame(verdicts, grows && verdicts === last))];
    try {
      await this.#outbox.putRecords(frames, grown, closings, sync);
    } catch (error) {
      // The disk may accept them later; until then they have the same bound as frames for which the disk was too slow.
      this.#sealed = [...sealed, ...this.#sealed];
      this.#fresh = [...fresh, ...this.#fresh];
      this.#closings = [...closings, ...this.#closings];
      if (this.#fresh.length >= MAX_FRESH) this.#seal();
      throw error;
    }
    if (loose.length > 0) this.#growing = grows ? last : [];
    for (const { slot, grows } of frames) if (!grows) onWhole(slot);
  }

  #frame(verdicts: readonly Verdict[], grows: boolean): RecordFrame {
    return { slot: verdicts[0].slot, frame: encodeVerdicts('record', this.#options.epoch, verdicts), grows };
  }

  /** Sorts verdicts, and splits them where a frame is full or a gap is too wide. */
  #batches(verdicts: readonly Verdict[], grown: number | undefined): Verdict[][] {
    const ascending = verdicts.toSorted((a, b) => a.slot - b.slot);
    // A second verdict for the same slot is ignored.
    const first = ascending.filter(({ slot }, i) => slot !== ascending[i - 1]?.slot);
    const batches = slotRuns(first, MAX_UPLINK_GAP, this.#options.maxVerdicts);
    // A record frame that begins with this slot waits already (as after a restart): keep it, or its others are lost.
    const waits = ({ slot }: Verdict) => slot !== grown && this.#outbox.has('record', slot);
    for (const batch of batches) while (batch.length > 0 && waits(batch[0])) batch.shift();
    return batches.filter(({ length }) => length > 0);
  }
}
