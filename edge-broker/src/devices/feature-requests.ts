import { encodeFeatureRequest, MAX_REQUEST_SLOTS, MAX_SLOT_GAP, slotRuns } from '@ddnn/protocol';

/**
 * Collects the feature requests of one turn of the event loop: those for one device go into one frame. The samples of
 * one summary frame become uncertain in the same turn, so this costs no waiting.
 */
export class FeatureRequests {
  readonly #epoch: number;
  readonly #send: (view: number, frame: Uint8Array) => void;
  /** Slots by view. */
  #asked = new Map<number, number[]>();

  constructor(epoch: number, send: (view: number, frame: Uint8Array) => void) {
    this.#epoch = epoch;
    this.#send = send;
  }

  /** Asks for the features of a slot when this turn is over. */
  ask(view: number, slot: number): void {
    if (this.#asked.size === 0) queueMicrotask(() => this.#flush());
    const slots = this.#asked.get(view);
    if (slots) slots.push(slot);
    else this.#asked.set(view, [slot]);
  }

  #flush(): void {
    const asked = this.#asked;
    this.#asked = new Map();
    for (const [view, slots] of asked) {
      const sorted = [...new Set(slots)].sort((a, b) => a - b).map((slot) => ({ slot }));
      for (const run of slotRuns(sorted, MAX_SLOT_GAP, MAX_REQUEST_SLOTS)) {
        const requested = run.map(({ slot }) => slot);
        this.#send(view, encodeFeatureRequest(this.#epoch, requested));
      }
    }
  }
}
