import { type Collected, FeatureCollector, type Offer, SampleWindow } from '@ddnn/fusion';
import { type Bundle, createLocalTier, type LocalTier, UpperTier } from '@ddnn/model';
import {
  type ExitName,
  encodeUplinkFeatures,
  type FallbackReason,
  NO_CLASS,
  type UplinkContentName,
  type UplinkSizes,
  type Verdict,
  ViewState,
} from '@ddnn/protocol';
import { type BestExit, NO_EXIT } from './answer.js';
import { CloudWait, type Uncertain } from './cloud-wait.js';
import type { EdgeConfig } from './config.js';
import type { Entry, Interrupted, Outbox } from './outbox.js';

/** What the path needs of its surroundings. */
export interface PathDeps {
  readonly bundle: Bundle;
  readonly config: EdgeConfig;
  readonly outbox: Outbox;
  readonly isLive: (view: number) => boolean;
  readonly cloudReachable: () => boolean;
  /** Asks a view's device for the features of a slot. */
  readonly requestFeatures: (view: number, slot: number) => void;
  /** An entry stands in the outbox: send it. */
  readonly onUplink: () => void;
  readonly onVerdict: (verdict: Verdict) => void;
  /** A verdict that was given before, which the cloud may not know. */
  readonly onRecord: (verdict: Verdict) => void;
  /** Something failed that costs this sample only. */
  readonly onError: (slot: number, error: unknown) => void;
}

/** What the last process left behind. */
export interface Backlog {
  readonly entries: readonly Entry[];
  readonly interrupted: readonly Interrupted[];
}

/**
 * The way of a sample through an edge: sample window → local exit → feature collector → edge section and exit → outbox →
 * cloud. Each sample leaves it with exactly one verdict.
 */
export class SamplePath {
  /** Samples that left the window. */
  samples = 0;
  readonly #deps: PathDeps;
  readonly #views: number;
  readonly #sizes: UplinkSizes;
  readonly #local: LocalTier | undefined;
  readonly #edge: UpperTier | undefined;
  readonly #window: SampleWindow;
  readonly #collector: FeatureCollector<Uncertain>;
  readonly #cloud: CloudWait;
  /** Writes of completed samples that have not come back from the disk. */
  readonly #writes = new Set<Promise<void>>();

  constructor(deps: PathDeps) {
    const { bundle, config } = deps;
    const { architecture, shapes } = bundle;
    const { samples, summaryDeadlineMs, featureDeadlineMs, cloudDeadlineMs } = config.window;
    this.#deps = deps;
    this.#views = architecture.views;
    this.#sizes = {
      views: architecture.views,
      viewFeatureBytes: shapes.device.featureBytes,
      edgeFeatureBytes: shapes.edges[0]?.featureBytes ?? 0,
    };
    this.#local = createLocalTier(bundle, 0, config.localThreshold);
    this.#edge = architecture.edge ? new UpperTier(bundle, 'edge', 0, config.edgeThreshold) : undefined;
    this.#window = new SampleWindow(
      { views: this.#views, scoreBytes: shapes.scoreBytes, capacity: samples, deadlineMs: summaryDeadlineMs },
      (slot, cell) => this.#onGathered(slot, cell),
    );
    this.#collector = new FeatureCollector<Uncertain>(
      { sources: this.#views, capacity: samples, deadlineMs: featureDeadlineMs },
      (collected) => this.#onCollected(collected),
    );
    this.#cloud = new CloudWait(samples, cloudDeadlineMs, (sample, reason) => this.#fallback(sample, reason));
  }

  /** Samples that wait: for features, and for the cloud. */
  get waiting(): { features: number; cloud: number } {
    return { features: this.#collector.size, cloud: this.#cloud.size };
  }

  /** Reads what the last process left behind, before anything new comes in. */
  async backlog(): Promise<Backlog> {
    const { outbox } = this.#deps;
    return { entries: [...outbox.entries()], interrupted: await outbox.interrupted(this.#views) };
  }

  /** Takes up what the last process left behind. */
  resume({ entries, interrupted }: Backlog): void {
    for (const entry of entries) {
      if (entry.kind !== 'features') continue;
      const sample = this.#fitting(entry);
      if (entry.fallback === 'none') this.#cloud.add(sample, performance.now());
      // The process may have ended before this fallback's record was on disk; the cloud takes a second one for the same.
      else this.#deps.onRecord(verdictOf(sample, 'fallback', entry.fallback));
    }
    for (const sample of interrupted) this.#resumeInterrupted(sample);
  }

  #resumeInterrupted(sample: Interrupted): void {
    const { bundle, config, outbox } = this.#deps;
    const { slot, epoch, states, best, maps } = sample;
    const { featureBytes } = bundle.shapes.device;
    const fits = states.length === this.#views && maps.every((map) => !map || map.length === featureBytes);
    if (!fits || epoch !== config.epoch) {
      this.#guard(slot, outbox.discard(sample, this.#views));
      this.#deps.onVerdict(verdictOf(this.#fitting({ slot, states, best: NO_EXIT }), 'fallback', 'dropped'));
      return;
    }
    const mask = maps.reduce((bits, map, view) => (map ? bits | (1 << view) : bits), 0);
    this.#onCollected({ slot, maps, mask, context: { slot, states, best } });
  }

  /** A sample of the last process, as far as it can be one of the bundle in service. */
  #fitting({ slot, states, best }: Uncertain): Uncertain {
    const { classes } = this.#deps.bundle.architecture;
    return {
      slot,
      states: states.length === this.#views ? states : new Uint8Array(this.#views).fill(ViewState.lost),
      best: best.classIndex < classes.length ? best : NO_EXIT,
    };
  }

  /** One view's summary. */
  offerSummary(slot: number, view: number, present: boolean, frame: Uint8Array, offset: number, clock?: number): Offer {
    return this.#window.offer(slot, view, present, frame, offset, performance.now(), clock);
  }

  /** One view's features; they are on disk when this resolves. Null: the device no longer has them. */
  async offerFeatures(slot: number, view: number, features: Uint8Array | null): Promise<'taken' | 'unwanted'> {
    if (!this.#collector.wants(slot, view)) return 'unwanted';
    if (features) await this.#deps.outbox.putPart(slot, view, features);
    const offer = this.#collector.offer(slot, view, features);
    // The deadline passed while the disk was busy: the part belongs to no sample any more.
    if (offer === 'unknown' && features) await this.#deps.outbox.settle(slot, this.#views);
    return offer === 'taken' ? 'taken' : 'unwanted';
  }

  /** A device came or went. */
  setLive(view: number, live: boolean): void {
    this.#window.setLive(view, live);
    if (!live) this.#collector.giveUp(view);
  }

  /** The cloud's verdict; false: the sample had its fallback already, so this revises it in the cloud only. */
  cloudVerdict(verdict: Verdict): boolean {
    if (!this.#cloud.settle(verdict.slot)) return false;
    this.#deps.onVerdict(verdict);
    return true;
  }

  /** The cloud will not answer this sample. */
  giveUp(slot: number, reason: FallbackReason): void {
    this.#cloud.giveUp(slot, reason);
  }

  /** Goes on with whatever has waited long enough. */
  expire(now: number): void {
    this.#window.expire(now);
    this.#collector.expire(now);
    this.#cloud.expire(now);
  }

  /** The uplink is gone: what waits for the cloud is answered now, and revised there later. */
  cloudLost(): void {
    this.#cloud.giveUpAll('unreachable');
  }

  /** Closes what is open, without waiting for deadlines; resolves when everything is written. */
  async drain(): Promise<void> {
    this.#window.drain();
    this.#collector.drain();
    await Promise.all(this.#writes);
  }

  #onGathered(slot: number, cell: number): void {
    this.samples++;
    const mask = this.#window.presence(cell);
    const states = this.#window.states(cell, new Uint8Array(this.#views));
    if (mask === 0) {
      this.#answer(slot, states, { classIndex: NO_CLASS, entropy: 0 }, 'local');
      return;
    }
    let best = NO_EXIT;
    if (this.#local) {
      const confident = this.#local.decide(this.#window.scores, this.#window.scoreOffset(cell), mask);
      best = { classIndex: this.#local.exit.classIndex, entropy: this.#local.exit.entropy };
      if (confident) {
        this.#answer(slot, states, best, 'local');
        return;
      }
    }
    const { config, outbox, isLive, requestFeatures } = this.#deps;
    this.#guard(slot, outbox.begin(slot, config.epoch, states, best));
    this.#collector.open(slot, mask, { slot, states, best }, performance.now());
    for (let view = 0; view < this.#views; view++) {
      if (((mask >>> view) & 1) === 0) continue;
      if (isLive(view)) requestFeatures(view, slot);
      // Its device died after the summary: nobody would answer.
      else this.#collector.offer(slot, view, null);
    }
  }

  #onCollected({ slot, context, maps, mask }: Collected<Uncertain>): void {
    const { states } = context;
    for (let view = 0; view < this.#views; view++) {
      const missing = states[view] === ViewState.present && ((mask >>> view) & 1) === 0;
      if (missing) states[view] = this.#deps.isLive(view) ? ViewState.late : ViewState.lost;
    }
    if (mask === 0) {
      this.#guard(slot, this.#deps.outbox.settle(slot, this.#views));
      this.#fallback(context, 'deadline');
      return;
    }
    if (!this.#edge) {
      this.#sendUp(context, 'views', joinBytes(maps));
      return;
    }
    const confident = this.#edge.decide(maps, mask);
    const best = { classIndex: this.#edge.exit.classIndex, entropy: this.#edge.exit.entropy };
    if (confident) {
      this.#guard(slot, this.#deps.outbox.settle(slot, this.#views));
      this.#answer(slot, states, best, 'edge');
    } else {
      this.#sendUp({ slot, states, best }, 'edge', this.#edge.features.slice());
    }
  }

  #sendUp(sample: Uncertain, content: UplinkContentName, body: Uint8Array): void {
    const { outbox, config, cloudReachable, onUplink } = this.#deps;
    const { slot, states, best } = sample;
    const frame = encodeUplinkFeatures(config.epoch, [{ slot, states, content, body }], this.#sizes);
    const reachable = cloudReachable();
    // Wait before writing, or a quick answer would find nobody who waits for it.
    if (reachable) this.#cloud.add(sample, performance.now());
    else this.#fallback(sample, 'unreachable');
    this.#guard(
      slot,
      outbox
        .put({ kind: 'features', slot, fallback: reachable ? 'none' : 'unreachable', best, states }, frame, this.#views)
        .then(onUplink),
    );
  }

  #fallback(sample: Uncertain, reason: FallbackReason): void {
    this.#guard(sample.slot, this.#deps.outbox.markAnswered(sample.slot, reason));
    this.#deps.onVerdict(verdictOf(sample, 'fallback', reason));
  }

  #answer(slot: number, states: Uint8Array, best: BestExit, exit: ExitName): void {
    this.#deps.onVerdict(verdictOf({ slot, states, best }, exit, 'none'));
  }

  #guard(slot: number, work: Promise<void>): void {
    const guarded = work
      .catch((error: unknown) => this.#deps.onError(slot, error))
      .finally(() => this.#writes.delete(guarded));
    this.#writes.add(guarded);
  }
}

function verdictOf({ slot, states, best }: Uncertain, exit: ExitName, reason: FallbackReason): Verdict {
  return { slot, classIndex: best.classIndex, exit, reason, entropy: best.entropy, states };
}

function joinBytes(maps: readonly (Uint8Array | undefined)[]): Uint8Array {
  const present = maps.filter((map) => map !== undefined);
  const joined = new Uint8Array(present.reduce((bytes, map) => bytes + map.length, 0));
  let at = 0;
  for (const map of present) {
    joined.set(map, at);
    at += map.length;
  }
  return joined;
}
