/** One exchange with the edge: both device times in ms (monotonic), the edge's Unix time in ms between them. */
export interface ClockExchange {
  readonly asked: number;
  readonly answered: number;
  readonly edge: number;
}

const KEPT = 8;

/**
 * The edge's clock as this device knows it. Of the last exchanges the one with the shortest round trip is believed: its
 * error is at most half that trip.
 */
export class EdgeClock {
  #exchanges: ClockExchange[] = [];
  #offset: number | undefined;

  /** Whether an exchange has set it. */
  get set(): boolean {
    return this.#offset !== undefined;
  }

  take(exchange: ClockExchange): void {
    this.#exchanges = [...this.#exchanges.slice(1 - KEPT), exchange];
    const best = this.#exchanges.reduce((a, b) => (b.answered - b.asked < a.answered - a.asked ? b : a));
    this.#offset = best.edge - (best.asked + best.answered) / 2;
  }

  /** The edge's Unix time in ms at the device's monotonic time `now`. */
  at(now: number): number {
    return now + (this.#offset ?? 0);
  }
}
