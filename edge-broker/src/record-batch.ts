import { encodeVerdicts, type Verdict } from '@ddnn/protocol';
import { NO_EXIT } from './answer.js';
import type { Outbox } from './outbox.js';

/** Slots of one uplink frame may lie this far apart. */
const MAX_GAP = 0xffff;
const NO_STATES = new Uint8Array();

/** Collects verdicts given on this side of the cloud, and puts them into the outbox as record frames. */
export class RecordBatch {
  readonly #outbox: Outbox;
  readonly #epoch: number;
  readonly #maxVerdicts: number;
  #waiting: Verdict[] = [];
  /** Flushes follow one another, so that the last one to resolve has written everything. */
  #flushing: Promise<number> = Promise.resolve(0);

  constructor(outbox: Outbox, epoch: number, maxVerdicts: number) {
    this.#outbox = outbox;
    this.#epoch = epoch;
    this.#maxVerdicts = maxVerdicts;
  }

  /** True: a whole batch waits, so flush now. */
  add(verdict: Verdict): boolean {
    this.#waiting.push(verdict);
    return this.#waiting.length >= this.#maxVerdicts;
  }

  /** Writes what waits to the outbox; returns how many frames that were. */
  flush(): Promise<number> {
    // A failed flush was reported to whoever asked for it, and must not stop the next.
    this.#flushing = this.#flushing.catch(() => 0).then(() => this.#write());
    return this.#flushing;
  }

  async #write(): Promise<number> {
    const verdicts = this.#waiting.sort((a, b) => a.slot - b.slot);
    this.#waiting = [];
    let frames = 0;
    for (let first = 0; first < verdicts.length; ) {
      // A record that begins with this slot waits already, as after a restart; writing over it would lose its others.
      if (this.#outbox.has('record', verdicts[first].slot)) {
        first++;
        continue;
      }
      let end = first + 1;
      while (
        end < verdicts.length &&
        end - first < this.#maxVerdicts &&
        verdicts[end].slot - verdicts[end - 1].slot <= MAX_GAP
      )
        end++;
      const frame = encodeVerdicts('record', this.#epoch, verdicts.slice(first, end));
      const { slot } = verdicts[first];
      await this.#outbox.put({ kind: 'record', slot, fallback: 'none', best: NO_EXIT, states: NO_STATES }, frame, 0);
      first = end;
      frames++;
    }
    return frames;
  }
}
