import type { EdgeClock } from './edge-clock.js';

/** Triggers once a slot of the edge's clock. A capture that takes longer than a slot costs slots, never a queue. */
export class SlotPace {
  /** Slots in which nothing was captured because the one before was not done. */
  missed = 0;
  readonly #clock: EdgeClock;
  readonly #capture: (slot: number) => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #last = -1;

  constructor(clock: EdgeClock, capture: (slot: number) => Promise<void>) {
    this.#clock = clock;
    this.#capture = capture;
  }

  start(slotMs: number): void {
    this.stop();
    const tick = async () => {
      const slot = Math.floor(this.#clock.at(performance.now()) / slotMs);
      if (slot > this.#last) {
        if (this.#last >= 0) this.missed += slot - this.#last - 1;
        this.#last = slot;
        await this.#capture(slot);
      }
      if (this.#timer) this.#timer = setTimeout(tick, untilNext());
    };
    const untilNext = () => slotMs - (this.#clock.at(performance.now()) % slotMs);
    this.#timer = setTimeout(tick, untilNext());
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
