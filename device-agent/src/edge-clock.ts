/** One exchange with the edge: both device times in ms (monotonic), the edge's time in ms between them. */
export interface ClockExchange {
  readonly asked: number;
  readonly answered: number;
  readonly edge: number;
}

const KEPT = 8;
/** How far the two clocks may drift apart: crystals by 200 ppm, and the edge slews by 500. */
const DRIFT = 0.001;
/** An edge may send only whole milliseconds. */
const ROUNDING_MS = 2;

/**
 * The edge's clock as this device knows it. The error of an exchange is at most half its round trip, plus the drift of
 * the clocks since then. Of the last exchanges the one with the smallest error is used. An exchange that contradicts
 * the newest one shows that the edge's time has jumped since; it is forgotten.
 */
export class EdgeClock {
  #exchanges: readonly ClockExchange[] = [];
  #offset = 0;
  #set = false;

  /** Whether the time may be used: an exchange has set it, and there was no {@link doubt} since. */
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

  /** Something happened after which the edge's time may be different: do not use it until the next exchange. */
  doubt(): void {
    this.#set = false;
  }

  /** The edge's Unix time in ms at the device's monotonic time `now`. */
  at(now: number): number {
    return now + this.#offset;
  }
}

const offsetOf = ({ asked, answered, edge }: ClockExchange) => edge - (asked + answered) / 2;

/** Whether both exchanges can come from one clock. */
function agree(a: ClockExchange, b: ClockExchange): boolean {
  const trips = (a.answered - a.asked + b.answered - b.asked) / 2;
  const drift = DRIFT * Math.abs(b.answered - a.answered);
  return Math.abs(offsetOf(b) - offsetOf(a)) <= trips + drift + ROUNDING_MS;
}
