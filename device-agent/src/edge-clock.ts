/** One exchange with the edge: both device times in ms (monotonic), the edge's time in ms between them. */
export interface ClockExchange {
  readonly asked: number;
  readonly answered: number;
  readonly edge: number;
}

const KEPT = 8;
/** What the two clocks may drift apart: crystals 200 ppm, and the edge slews by 500. */
const DRIFT = 0.001;
/** For edges that tell whole milliseconds. */
const ROUNDING_MS = 2;

/**
 * The edge's clock as this device knows it. An exchange errs by at most half its round trip, and by what the clocks
 * have drifted since; of the last ones the one that errs least is believed. One that can't be true beside the newest
 * tells of a step of the edge's clock: it is forgotten.
 */
export class EdgeClock {
  #exchanges: readonly ClockExchange[] = [];
  #offset = 0;
  #set = false;

  /** Whether it may be believed: an exchange has set it, and there was no {@link doubt} since. */
  get set(): boolean {
    return this.#set;
  }

  /** Returns by how many ms the edge's clock was set since the last exchange; 0: it was not. */
  take(exchange: ClockExchange): number {
    const before = this.#offset;
    const agreeing = this.#exchanges.filter((earlier) => agree(earlier, exchange));
    const contradicted = agreeing.length < this.#exchanges.length;
    this.#exchanges = [...agreeing.slice(1 - KEPT), exchange];
    const error = ({ asked, answered }: ClockExchange) =>
      (answered - asked) / 2 + DRIFT * (exchange.answered - answered);
    this.#offset = offsetOf(this.#exchanges.reduce((a, b) => (error(b) < error(a) ? b : a)));
    this.#set = true;
    return contradicted ? this.#offset - before : 0;
  }

  /** Something happened behind which the edge's clock may be another: it is not believed until the next exchange. */
  doubt(): void {
    this.#set = false;
  }

  /** The edge's Unix time in ms at the device's monotonic time `now`. */
  at(now: number): number {
    return now + this.#offset;
  }
}

const offsetOf = ({ asked, answered, edge }: ClockExchange) => edge - (asked + answered) / 2;

/** Whether there is a clock that both may have been read from. */
function agree(a: ClockExchange, b: ClockExchange): boolean {
  const trips = (a.answered - a.asked + b.answered - b.asked) / 2;
  const drift = DRIFT * Math.abs(b.answered - a.answered);
  return Math.abs(offsetOf(b) - offsetOf(a)) <= trips + drift + ROUNDING_MS;
}
