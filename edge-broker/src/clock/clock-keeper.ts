import { inSeconds, type Logger, StepNote } from '@ddnn/process';
import type { EdgeMetrics } from '../metrics.js';
import { bootName, ClockFile, resumeTime, type StoredTime } from './clock-file.js';
import { SiteClock, type SiteClockOptions, type TimeSources } from './site-clock.js';

/** What the keeper needs of its surroundings. */
export interface ClockKeeperDeps {
  /** Where site time is kept: the folder of the outbox. */
  readonly folder: string;
  readonly metrics: Pick<EdgeMetrics, 'clockSteps' | 'clockOffset'>;
  readonly logger: Logger;
  /** Site time jumped: everybody who follows it must ask for the time again. */
  readonly onJump: () => Promise<void>;
  /** Clocks of a test. */
  readonly sources?: TimeSources;
}

const LOOK_MS = 1_000;
const WRITE_MS = 10_000;
/**
 * Longer than {@link WRITE_MS}, because a write may be late. After a power cut site time may start ahead by this much.
 */
const RESERVE_MS = 15_000;
const CODE = 'DDNN_EDGE_CLOCK';

/** Keeps site time: looks at the wall clock, reports what it found, and writes down which slots may have been used. */
export class ClockKeeper {
  readonly #options: SiteClockOptions;
  readonly #deps: ClockKeeperDeps;
  readonly #sources: TimeSources;
  readonly #clock: SiteClock;
  readonly #file: ClockFile;
  /** The machine's monotonic time when that of this process was 0. All processes in one run of the machine share it. */
  readonly #machineZero: number;
  readonly #steps: StepNote;
  #boot: string | null = null;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<boolean> | undefined;
  #writtenAt = Number.NEGATIVE_INFINITY;
  #failed = false;

  constructor(options: SiteClockOptions, deps: ClockKeeperDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#sources = deps.sources ?? { wall: Date.now, monotonic: () => performance.now() };
    this.#clock = new SiteClock(options, this.#sources);
    this.#steps = new StepNote('the wall clock', this.#sources.monotonic);
    this.#file = new ClockFile(deps.folder);
    this.#machineZero = Number(process.hrtime.bigint()) / 1e6 - performance.now();
  }

  /** Goes on with the site time of the last process, if there was one. */
  async start(): Promise<void> {
    const wall = this.#sources.wall();
    this.#boot = await bootName();
    const stored = await this.#read();
    const machine = this.#machineZero + this.#sources.monotonic();
    this.#clock.start(stored ? resumeTime(stored, this.#boot, machine, wall) : { site: wall, passed: wall });
    const offset = this.#clock.offset;
    if (Math.abs(offset) > this.#options.stepMs) {
      this.#warn({ offsetMs: Math.round(offset) }, `site time goes on ${span(offset)} the wall clock: no slot twice`);
    }
  }

  /** Writes down that slots may be used from now on, and starts to look at the wall clock. */
  async reserve(): Promise<void> {
    await this.#write(0);
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#writing;
    // This stop is in order, so the last slot is known: nothing needs to be reserved.
    await this.#write(0, 0);
  }

  /** Site time in Unix ms, at a monotonic time of this process. */
  at(monotonic?: number): number {
    return this.#clock.at(monotonic);
  }

  /** A time in ms for ages, which never jumps; see {@link SiteClock.passed}. */
  passed(): number {
    return this.#clock.passed();
  }

  /** What `/readyz` shows: a step of the last hour, and how far site time is from the wall clock. */
  note(): string | undefined {
    const { offset } = this.#clock;
    const off = Math.abs(offset) > this.#options.stepMs ? `site time is ${span(offset)} the wall clock` : undefined;
    return [off, this.#steps.note()].filter(Boolean).join('; ') || undefined;
  }

  #look(): void {
    const { metrics } = this.#deps;
    const { stepped, due } = this.#clock.check();
    const { offset } = this.#clock;
    metrics.clockOffset.set(offset);
    if (stepped !== 0) {
      metrics.clockSteps.inc({ direction: stepped > 0 ? 'forwards' : 'backwards' });
      const details = { steppedMs: Math.round(stepped), offsetMs: Math.round(offset) };
      this.#warn(details, `${this.#steps.saw(stepped)}; site time goes on`);
    }
    if (this.#writing) return;
    if (due > 0)
      this.#jump(due).catch((error: Error) => this.#warn({ err: error.message }, 'the jump could not be told'));
    else if (this.#sources.monotonic() - this.#writtenAt >= WRITE_MS) void this.#write(0);
  }

  /** Written to disk first: if the process is killed right after the jump, those slots must not be used again. */
  async #jump(due: number): Promise<void> {
    if (!(await this.#write(due))) return;
    this.#clock.jump(due);
    this.#warn({ jumpedMs: Math.round(due) }, `site time follows the wall clock ${inSeconds(due)} forward`);
    await this.#deps.onJump();
  }

  /** Never rejects; false: it could not be written. */
  #write(jump: number, reserve = RESERVE_MS): Promise<boolean> {
    const site = this.#clock.at() + jump;
    const stored: StoredTime = {
      boot: this.#boot,
      monotonic: this.#machineZero + this.#sources.monotonic(),
      site,
      passed: this.#clock.passed(),
      reserved: site + reserve,
    };
    this.#writtenAt = this.#sources.monotonic();
    this.#writing = this.#file
      .write(stored)
      .then(() => {
        this.#failed = false;
        return true;
      })
      .catch((error: Error) => {
        if (!this.#failed) this.#warn({ err: error.message }, 'site time could not be written');
        this.#failed = true;
        return false;
      })
      .finally(() => {
        this.#writing = undefined;
      });
    return this.#writing;
  }

  async #read(): Promise<StoredTime | undefined> {
    try {
      return await this.#file.read();
    } catch (error) {
      this.#warn({ err: (error as Error).message }, 'the stored site time cannot be read: it starts at the wall clock');
      return undefined;
    }
  }

  #warn(details: object, text: string): void {
    this.#deps.logger.warn({ code: CODE, ...details }, text);
  }
}

const span = (offset: number) => `${inSeconds(offset)} ${offset > 0 ? 'ahead of' : 'behind'}`;
