import type { EdgeClock } from './edge-clock.js';

/**
 * Triggers once in each slot of the edge's clock. While a capture takes longer than a slot, slots are skipped and never
 * queued.
 */
export class SlotPace {
  readonly #clock: EdgeClock;
  readonly #capture: (slot: number) => Promise<void>;
  readonly #onMissed: (slots: number) => void;
  #timer: NodeJS.Timeout | undefined;
  #last = -1;
  /** Counts the starts: a tick that waited for its capture must not continue beside a newer one. */
  #run = 0;

  /** @param onMissed slots in which nothing was captured because the one before was not done */
  constructor(clock: EdgeClock, capture: (slot: number) => Promise<void>, onMissed: (slots: number) => void) {
    this.#clock = clock;
    this.#capture = capture;
    this.#onMissed = onMissed;
  }

  start(slotMs: number): void {
    this.stop();
    const run = this.#run;
    let counting = false;
    const tick = async () => {
      const slot = Math.floor(this.#clock.at(performance.now()) / slotMs);
      if (slot > this.#last) {
        if (counting && slot - this.#last > 1) this.#onMissed(slot - this.#last - 1);
        counting = true;
        this.#last = slot;
        await this.#capture(slot);
      }
      if (this.#run === run) this.#timer = setTimeout(tick, untilNext());
    };
    const untilNext = () => slotMs - (this.#clock.at(performance.now()) % slotMs);
    this.#timer = setTimeout(tick, untilNext());
  }

  /** The edge's time has jumped: slots before the last one may be new. */
  forget(): void {
    this.#last = -1;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#run++;
  }
}
