/** The clocks that are read, all in ms; a test gives its own. */
export interface TimeSources {
  /** Unix time. It may be set, in either direction, at any moment. */
  readonly wall: () => number;
  /** Never goes back; its zero is the start of the process. */
  readonly monotonic: () => number;
}

/** Site time and passed time of one moment. */
export interface SiteTime {
  readonly site: number;
  readonly passed: number;
}

/** What a look at the wall clock found, in ms; above 0 means forwards. */
export interface ClockChange {
  /** By how much the wall clock was set since the last look; 0: it was not set. */
  readonly stepped: number;
  /** By how much the caller shall {@link SiteClock.jump}, to follow the wall clock; 0: not at all. */
  readonly due: number;
}

/** How a clock follows the wall clock. */
export interface SiteClockOptions {
  /** A larger difference is a step; a smaller one is corrected slowly (slewed). */
  readonly stepMs: number;
  /** A step forward must have lasted for so long before site time follows it. */
  readonly confirmMs: number;
}

/** 500 ppm, as NTP does: at most 15 ms from one clock question of a device to the next. */
const MAX_SLEW = 0.0005;
/** A small difference is halved in about 7 s. */
const SLEW_OVER_MS = 10_000;

/**
 * The time of a site: monotonic time, anchored to the wall clock. It never goes back, so a slot comes only once. If the
 * wall clock is ahead by a step, and this has lasted for a while, site time jumps there. If the wall clock is behind,
 * site time runs slower until they meet.
 */
export class SiteClock {
  readonly #options: SiteClockOptions;
  readonly #sources: TimeSources;
  #site = 0;
  #passed = 0;
  /** The monotonic time at which both were computed. */
  #readAt = 0;
  #rate = 1;
  /** Wall clock minus monotonic time: changes only when the wall clock is set. */
  #drift = 0;
  #aheadSince: number | undefined;

  constructor(options: SiteClockOptions, sources: TimeSources) {
    this.#options = options;
    this.#sources = sources;
  }

  /** Starts at this site time; for `passed` see {@link passed}. */
  start({ site, passed }: SiteTime): void {
    this.#readAt = this.#sources.monotonic();
    this.#site = site;
    this.#passed = passed;
    this.#drift = this.#sources.wall() - this.#readAt;
  }

  /** Site time in Unix ms, now or at another monotonic time of this process. */
  at(monotonic = this.#sources.monotonic()): number {
    return this.#site + (monotonic - this.#readAt) * this.#rate;
  }

  /** A time in ms that never jumps: every age is measured by it. It stands still while the machine is off. */
  passed(): number {
    return this.#passed + this.#sources.monotonic() - this.#readAt;
  }

  /** Site time minus wall clock, in ms. */
  get offset(): number {
    return this.at() - this.#sources.wall();
  }

  /** Looks at the wall clock; call it about once a second. */
  check(): ClockChange {
    const before = this.#sources.monotonic();
    const wall = this.#sources.wall();
    const now = this.#sources.monotonic();
    const { stepMs, confirmMs } = this.#options;
    // The process was stopped between reading the two clocks, so they can't be compared.
    if (now - before > stepMs / 2) return { stepped: 0, due: 0 };
    const moved = wall - now - this.#drift;
    this.#drift += moved;
    const stepped = Math.abs(moved) > stepMs ? moved : 0;
    this.#passed += now - this.#readAt;
    this.#site = this.at(now);
    this.#readAt = now;
    const behind = wall - this.#site;
    if (behind <= stepMs) {
      this.#aheadSince = undefined;
      this.#rate = 1 + Math.min(MAX_SLEW, Math.max(-MAX_SLEW, behind / SLEW_OVER_MS));
      return { stepped, due: 0 };
    }
    this.#rate = 1;
    if (stepped !== 0) this.#aheadSince = undefined;
    this.#aheadSince ??= now;
    return { stepped, due: now - this.#aheadSince < confirmMs ? 0 : behind };
  }

  /** Sets site time forward by this many ms. */
  jump(due: number): void {
    this.#site += due;
    this.#aheadSince = undefined;
  }
}
