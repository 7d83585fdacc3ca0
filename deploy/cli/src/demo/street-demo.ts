import type { VerdictJson } from '@ddnn/edge-broker';
import { Street } from '@ddnn/street';
import { CloudClient, type CloudStats } from '../fleet/cloud-client.js';
import { Fleet, type FleetOptions } from '../fleet/fleet.js';
import { type Judged, Tally } from './tally.js';

/** The parts of a demo. */
export interface StreetDemoOptions
  extends Pick<FleetOptions, 'bundle' | 'views' | 'oneProcess' | 'mqttPort' | 'httpPort' | 'localThreshold'> {
  readonly seed: number;
  /** Pixels a side of a picture. */
  readonly size: number;
  readonly onJudged: (judged: Judged) => void;
}

const WINDOW = { summaryDeadlineMs: 500, featureDeadlineMs: 700, cloudDeadlineMs: 3_000 };
/** Samples without a verdict that are remembered. */
const OPEN_SAMPLES = 256;
const STATS_MS = 1_000;
const LAST_VERDICTS_MS = 2_000;

/** The simulated street with a whole installation beside it: knows what was really there, and judges every verdict. */
export class StreetDemo {
  readonly fleet: Fleet;
  readonly tally = new Tally();
  /** Cameras that are switched off. */
  readonly off = new Set<number>();
  /** What the cloud last said; undefined before its first answer. */
  stats: CloudStats | undefined;
  /** From construction to the first verdict, ms. */
  firstVerdictMs: number | undefined;
  readonly #options: StreetDemoOptions;
  readonly #street: Street;
  readonly #startedAt = performance.now();
  /** When each unanswered slot was triggered, oldest first. */
  readonly #open = new Map<number, number>();
  #unlabelled: number[] = [];
  #statsTimer: NodeJS.Timeout | undefined;
  #forgotten = 0;

  constructor(options: StreetDemoOptions) {
    this.#options = options;
    this.#street = new Street({ seed: options.seed, size: options.size });
    this.fleet = new Fleet({
      ...options,
      camera: () => ({ kind: 'simulated', seed: options.seed }),
      allowPixels: false,
      logLevel: 'error',
      window: WINDOW,
      onVerdict: (verdict) => this.#onVerdict(verdict),
    });
  }

  /** Samples that were triggered and have no verdict. */
  get lost(): number {
    return this.#open.size + this.#forgotten;
  }

  async start(): Promise<void> {
    await this.fleet.start();
    this.#statsTimer = setInterval(() => {
      this.#refresh().catch((error: Error) => process.stderr.write(`${error.message}\n`));
    }, STATS_MS);
  }

  /** All cameras capture that slot. */
  trigger(slot: number): void {
    if (this.#open.size >= OPEN_SAMPLES) {
      this.#open.delete(this.#open.keys().next().value!);
      this.#forgotten++;
    }
    this.#open.set(slot, performance.now());
    this.fleet.capture(slot);
  }

  /** What each camera sees of a slot; null: nothing. */
  pictures(slot: number): (Uint8Array | null)[] {
    return Array.from({ length: this.#options.views }, (_, view) => this.#street.render(slot, view));
  }

  /** What is there, in words. */
  description(slot: number): string {
    return this.#street.sample(slot).description;
  }

  /** Cuts a camera's power, or gives it back. */
  toggle(view: number): void {
    if (!(view in this.fleet.agents)) return;
    if (this.off.delete(view)) {
      this.fleet.restartAgent(view).catch((error: Error) => process.stderr.write(`${error.message}\n`));
    } else {
      this.off.add(view);
      this.fleet.agents[view].kill();
    }
  }

  /** Waits for the last verdicts and stops the site; returns the cloud's final figures. */
  async finish(): Promise<CloudStats> {
    const giveUpAt = performance.now() + LAST_VERDICTS_MS;
    while (this.#open.size > 0 && performance.now() < giveUpAt) await new Promise((resolve) => setTimeout(resolve, 20));
    clearInterval(this.#statsTimer);
    await this.fleet.stopSite();
    await this.#refresh();
    return this.stats!;
  }

  async stop(): Promise<void> {
    clearInterval(this.#statsTimer);
    await this.fleet.stop();
  }

  #onVerdict(verdict: VerdictJson): void {
    const triggeredAt = this.#open.get(verdict.slot);
    if (triggeredAt === undefined) return;
    this.#open.delete(verdict.slot);
    this.firstVerdictMs ??= performance.now() - this.#startedAt;
    const judged = { verdict, truth: this.#truth(verdict.slot), latencyMs: performance.now() - triggeredAt };
    this.tally.add(judged);
    this.#unlabelled.push(verdict.slot);
    this.#options.onJudged(judged);
  }

  /** The object is there even if no camera sees it, but then "none" is the right answer. */
  #truth(slot: number): string {
    return this.pictures(slot).some((picture) => picture) ? this.#street.sample(slot).label : 'none';
  }

  async #refresh(): Promise<void> {
    const cloud = new CloudClient(this.fleet.httpUrl);
    const slots = this.#unlabelled;
    this.#unlabelled = [];
    const labels = slots.map((slot) => ({ slot, label: this.#truth(slot) }));
    await cloud.putLabels(this.fleet.site, labels);
    this.stats = await cloud.stats();
  }
}
