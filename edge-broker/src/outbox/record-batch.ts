import { encodeVerdicts, MAX_UPLINK_GAP, type Verdict } from '@ddnn/protocol';
import type { Outbox, RecordFrame } from './outbox.js';

/** While the disk is busy, very many verdicts may come; encoding more of them at once would stop everything else. */
const MAX_FRESH = 1024;

/**
 * Collects the verdicts that this site gave itself into record frames. Every flush writes what waits to the outbox, in
 * a frame that grows from flush to flush until it is full or sent. So records are soon on disk, but seldom sent.
 */
export class RecordBatch {
  readonly #outbox: Outbox;
  readonly #epoch: number;
  readonly #maxVerdicts: number;
  /** Frames that are not on disk yet. */
  #sealed: RecordFrame[] = [];
  /** Verdicts that came since, not on disk either. */
  #fresh: Verdict[] = [];
  /** Verdicts on disk, in the frame that still grows. */
  #growing: readonly Verdict[] = [];
  /** One flush runs after the other, so when the last one resolves, everything is written. */
  #flushing: Promise<number> = Promise.resolve(0);

  constructor(outbox: Outbox, epoch: number, maxVerdicts: number) {
    this.#outbox = outbox;
    this.#epoch = epoch;
    this.#maxVerdicts = maxVerdicts;
  }

  /** Adds a verdict. True: a whole batch waits, so flush now. */
  add(verdict: Verdict): boolean {
    const waiting = this.#growing.length + this.#fresh.push(verdict);
    if (this.#fresh.length >= MAX_FRESH) this.#seal();
    return waiting % this.#maxVerdicts === 0;
  }

  /** Encodes what waits before it can be written. Encoded frames have the same bound as written ones. */
  #seal(): void {
    for (const verdicts of this.#batches(this.#fresh, undefined)) this.#sealed.push(this.#frame(verdicts, false));
    this.#fresh = [];
    while (this.#sealed.length > this.#outbox.maxEntries) this.#outbox.dropUnwritten(this.#sealed.shift()!);
  }

  /** Writes what waits to the outbox; returns how many frames are full and may be sent. */
  flush(): Promise<number> {
    return this.#then(() => this.#write(false));
  }

  /** Writes what waits and closes the growing frame; returns how many frames may be sent. */
  send(): Promise<number> {
    return this.#then(() => this.#write(true));
  }

  #then(write: () => Promise<number>): Promise<number> {
    // A failed flush was reported to its caller, and must not stop the next one.
    this.#flushing = this.#flushing.catch(() => 0).then(write);
    return this.#flushing;
  }

  async #write(all: boolean): Promise<number> {
    const [sealed, fresh] = [this.#sealed, this.#fresh];
    const loose = fresh.length > 0 || all ? [...this.#growing, ...fresh] : [];
    if (sealed.length === 0 && loose.length === 0) return 0;
    this.#sealed = [];
    this.#fresh = [];
    const grown = loose.length > 0 ? this.#growing[0]?.slot : undefined;
    const batches = this.#batches(loose, grown);
    const last = batches.at(-1);
    const grows = !all && last !== undefined && last.length < this.#maxVerdicts;
    const frames = [...sealed, ...batches.map((verdicts) => this.#frame(verdicts, grows && verdicts === last))];
    try {
      await this.#outbox.putRecords(frames, grown);
    } catch (error) {
      // The disk may accept them later; until then they have the same bound as frames for which the disk was too slow.
      this.#sealed = [...sealed, ...this.#sealed];
      this.#fresh = [...fresh, ...this.#fresh];
      if (this.#fresh.length >= MAX_FRESH) this.#seal();
      throw error;
    }
    if (loose.length > 0) this.#growing = grows ? last : [];
    return grows ? frames.length - 1 : frames.length;
  }

  #frame(verdicts: readonly Verdict[], grows: boolean): RecordFrame {
    return { slot: verdicts[0].slot, frame: encodeVerdicts('record', this.#epoch, verdicts), grows };
  }

  /** Sorts verdicts, and splits them where a frame is full or a gap is too wide. */
  #batches(verdicts: readonly Verdict[], grown: number | undefined): Verdict[][] {
    const batches: Verdict[][] = [];
    let previous: number | undefined;
    for (const verdict of verdicts.toSorted((a, b) => a.slot - b.slot)) {
      const { slot } = verdict;
      // A second verdict for the same slot is ignored.
      if (slot === previous) continue;
      const batch = batches.at(-1);
      const fits = batch && batch.length < this.#maxVerdicts && slot - batch.at(-1)!.slot <= MAX_UPLINK_GAP;
      if (fits) batch.push(verdict);
      // A record frame that begins with this slot waits already (as after a restart); writing over it would lose the
      // others in it.
      else if (slot === grown || !this.#outbox.has('record', slot)) batches.push([verdict]);
      previous = slot;
    }
    return batches;
  }
}
