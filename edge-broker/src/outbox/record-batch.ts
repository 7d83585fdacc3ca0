import { encodeVerdicts, MAX_UPLINK_GAP, slotRuns, type Verdict } from '@ddnn/protocol';
import type { Outbox, RecordFrame } from './outbox.js';

/** While the disk is busy a great many verdicts may come; encoding more of them at one go would hold up all else. */
const MAX_FRESH = 1024;

/** How records are written, and who hears of it. */
export interface RecordBatchOptions {
  readonly epoch: number;
  /** Verdicts in one frame at most. */
  readonly maxVerdicts: number;
  /** A frame, by its first slot, is on disk and does not grow any more: it may be sent. */
  readonly onWhole: (slot: number) => void;
  /** What was written in the background could not be. */
  readonly onError: (error: unknown) => void;
}

/**
 * Collects verdicts given on this side of the cloud into record frames. Every flush writes what waits to the outbox, in
 * a frame that grows from flush to flush until it is full or sent: on disk soon, on the wire seldom.
 */
export class RecordBatch {
  readonly #outbox: Outbox;
  readonly #options: RecordBatchOptions;
  /** Not on disk yet: frames, */
  #sealed: RecordFrame[] = [];
  /** and verdicts that came since. */
  #fresh: Verdict[] = [];
  /** On disk, in a frame that still grows. */
  #growing: readonly Verdict[] = [];
  /** Flushes follow one another, so that the last one to resolve has written everything. */
  #flushing: Promise<void> = Promise.resolve();
  #inBackground = false;

  constructor(outbox: Outbox, options: RecordBatchOptions) {
    this.#outbox = outbox;
    this.#options = options;
  }

  /** True: a whole batch waits, so flush now. */
  add(verdict: Verdict): boolean {
    const waiting = this.#growing.length + this.#fresh.push(verdict);
    if (this.#fresh.length >= MAX_FRESH) this.#seal();
    return waiting % this.#options.maxVerdicts === 0;
  }

  /** Encodes what waits, though it is not written yet; as bounded as what is. */
  #seal(): void {
    for (const verdicts of this.#batches(this.#fresh, undefined)) this.#sealed.push(this.#frame(verdicts, false));
    this.#fresh = [];
    while (this.#sealed.length > this.#outbox.maxEntries) this.#outbox.dropUnwritten(this.#sealed.shift()!);
  }

  /** Writes what waits to the outbox. */
  flush(): Promise<void> {
    return this.#then(() => this.#write(false));
  }

  /** Writes what waits, all of it to be sent. */
  send(): Promise<void> {
    return this.#then(() => this.#write(true));
  }

  /** A flush for which nobody waits. What comes in until the disk is done waits for the next one, together. */
  flushSoon(): void {
    if (this.#inBackground) return;
    this.#inBackground = true;
    this.flush()
      .catch(this.#options.onError)
      .finally(() => {
        this.#inBackground = false;
      });
  }

  /** A send for which nobody waits. */
  sendSoon(): void {
    this.send().catch(this.#options.onError);
  }

  #then(write: () => Promise<void>): Promise<void> {
    // A failed flush was reported to whoever asked for it, and must not stop the next.
    this.#flushing = this.#flushing.catch(() => undefined).then(write);
    return this.#flushing;
  }

  async #write(all: boolean): Promise<void> {
    const { maxVerdicts, onWhole } = this.#options;
    const [sealed, fresh] = [this.#sealed, this.#fresh];
    const loose = fresh.length > 0 || all ? [...this.#growing, ...fresh] : [];
    if (sealed.length === 0 && loose.length === 0) return;
    this.#sealed = [];
    this.#fresh = [];
    const grown = loose.length > 0 ? this.#growing[0]?.slot : undefined;
    const batches = this.#batches(loose, grown);
    const last = batches.at(-1);
    const grows = !all && last !== undefined && last.length < maxVerdicts;
    const frames = [...sealed, ...batches.map((verdicts) => this.#frame(verdicts, grows && verdicts === last))];
    try {
      await this.#outbox.putRecords(frames, grown);
    } catch (error) {
      // The disk may take them later; until then they are as bounded as what it had no time for.
      this.#sealed = [...sealed, ...this.#sealed];
      this.#fresh = [...fresh, ...this.#fresh];
      if (this.#fresh.length >= MAX_FRESH) this.#seal();
      throw error;
    }
    if (loose.length > 0) this.#growing = grows ? last : [];
    for (const { slot, grows } of frames) if (!grows) onWhole(slot);
  }

  #frame(verdicts: readonly Verdict[], grows: boolean): RecordFrame {
    return { slot: verdicts[0].slot, frame: encodeVerdicts('record', this.#options.epoch, verdicts), grows };
  }

  /** Orders verdicts, and divides them where a frame ends. */
  #batches(verdicts: readonly Verdict[], grown: number | undefined): Verdict[][] {
    const ascending = verdicts.toSorted((a, b) => a.slot - b.slot);
    // A second verdict for a slot is none.
    const first = ascending.filter(({ slot }, i) => slot !== ascending[i - 1]?.slot);
    const batches = slotRuns(first, MAX_UPLINK_GAP, this.#options.maxVerdicts);
    // A record that begins with this slot waits already, as after a restart; writing over it would lose its others.
    const waits = ({ slot }: Verdict) => slot !== grown && this.#outbox.has('record', slot);
    for (const batch of batches) while (batch.length > 0 && waits(batch[0])) batch.shift();
    return batches.filter(({ length }) => length > 0);
  }
}
