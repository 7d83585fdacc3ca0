import { type CloseReason, type Collected, FeatureCollector, type Offer, SampleWindow } from '@ddnn/fusion';
import {
  createLocalTier,
  FeatureBodies,
  type LocalTier,
  maskOf,
  type SiteReport,
  siteAnswer,
  UpperTier,
} from '@ddnn/model';
import { encodeEdgeAnswer, type FallbackReason, NO_CLASS } from '@ddnn/protocol';
import { type BestExit, NO_EXIT } from '../outbox/best-exit.js';
import type { Interrupted } from '../outbox/interrupted.js';
import { uplinkViews } from '../uplink/uplink-views.js';
import { CloudPath } from './cloud-path.js';
import { LateFeatures } from './late-features.js';
import type { PathDeps } from './path-deps.js';
import { PendingWrites } from './pending-writes.js';
import { type Backlog, fitting, taken } from './restart.js';
import type { Gathering } from './uncertain.js';
import { ViewGroup } from './view-group.js';

/** What happened to a view's features. */
export type FeatureOffer = 'taken' | 'unwanted' | 'unwritten';

const NOTHING = new Uint8Array(0);
/** The answer if no camera sees anything, with no uncertainty. */
const NOTHING_SEEN: BestExit = { classIndex: NO_CLASS, uncertainty: 0 };

/**
 * The way of a sample through an edge: sample window → local exit → feature collector → edge section and exit → outbox
 * → cloud. Each sample gets exactly one verdict. If this edge is the only one of its site, it answers where it is sure.
 * If there are several edges, each sends its answer to the cloud, and the cloud joins them.
 */
export class SamplePath {
  /** Samples that left the window. */
  samples = 0;
  /** The views that this edge serves. */
  readonly group: ViewGroup;
  readonly #deps: PathDeps;
  readonly #local: LocalTier | undefined;
  readonly #edge: UpperTier | undefined;
  readonly #bodies: FeatureBodies;
  readonly #window: SampleWindow;
  /** States of the sample that is worked on, by place in the group. */
  readonly #states: Uint8Array;
  readonly #collector: FeatureCollector<Gathering>;
  readonly #cloud: CloudPath;
  readonly #late: LateFeatures;
  readonly #writes: PendingWrites;
  /** The report of this edge if it is the only one of its site: filled again for every sample. */
  readonly #own: { -readonly [Key in keyof SiteReport<0>]: SiteReport<0>[Key] } = { edge: 0, exit: 'none', ...NO_EXIT };
  readonly #site = [this.#own];

  /** Throws `DDNN_EDGE_GROUP` if the bundle does not have this edge. */
  constructor(deps: PathDeps) {
    const { bundle, config } = deps;
    const { architecture, shapes } = bundle;
    const { samples, summaryDeadlineMs, featureDeadlineMs, lateFeaturesMs } = config.window;
    this.#deps = deps;
    this.group = new ViewGroup(bundle, config.group);
    const { edge, views } = this.group;
    this.#states = new Uint8Array(views.length);
    this.#local = createLocalTier(bundle, edge, config.localThreshold);
    this.#edge = architecture.edge ? new UpperTier(bundle, 'edge', edge, config.edgeThreshold) : undefined;
    this.#bodies = new FeatureBodies(bundle);
    this.#window = new SampleWindow(
      { views: views.length, scoreBytes: shapes.scoreBytes, capacity: samples, deadlineMs: summaryDeadlineMs },
      (slot, cell, reason) => this.#onGathered(slot, cell, reason),
    );
    this.#collector = new FeatureCollector<Gathering>(
      { sources: views.length, capacity: samples, deadlineMs: featureDeadlineMs },
      (collected) => this.#onCollected(collected),
    );
    this.#writes = new PendingWrites(deps.onError);
    this.#cloud = new CloudPath(deps, this.#writes, (late) => this.#late.add(late));
    const lateBounds = { capacity: samples, deadlineMs: lateFeaturesMs };
    this.#late = new LateFeatures(lateBounds, deps.outbox, this.#writes, (late, found) => this.#goOn(late, found));
  }

  /** Samples that wait: for features, and for the cloud. */
  get waiting(): { features: number; cloud: number } {
    return { features: this.#collector.size, cloud: this.#cloud.size };
  }

  /** Goes on with what the last process left on disk. */
  resume({ entries, interrupted }: Backlog): void {
    for (const entry of entries) {
      if (entry.kind !== 'features') continue;
      if (entry.fallback === 'none') this.#cloud.wait(fitting(entry, this.#deps.bundle));
    }
    for (const found of interrupted) {
      const gathering = taken(found, { ...this.#deps, cloud: this.#cloud, writes: this.#writes });
      if (gathering) this.#goOn(gathering, found);
    }
  }

  /** One view's summary. */
  offerSummary(
    slot: number,
    view: number,
    present: boolean,
    frame: Uint8Array,
    offset: number,
    clock?: number,
    now = performance.now(),
  ): Offer {
    return this.#window.offer(slot, this.group.placeOf(view), present, frame, offset, now, clock);
  }

  /**
   * Takes one view's features. *taken*: they are on disk when this resolves. *unwritten*: the sample goes on with them,
   * but they could not be written. Null: the device no longer has them.
   */
  async offerFeatures(slot: number, view: number, features: Uint8Array | null): Promise<FeatureOffer> {
    const place = this.group.placeOf(view);
    if (!this.#collector.wants(slot, place) && !(features && this.#reopen(slot, place))) return 'unwanted';
    // Writes keep their order: what is written when the sample is complete, comes after this.
    const written = features && this.#deps.outbox.putPart(slot, view, features);
    // Offered at once: no deadline may pass while the disk is busy.
    this.#collector.offer(slot, place, features);
    try {
      await written;
    } catch (error) {
      this.#deps.onError(slot, error);
      return 'unwritten';
    }
    return 'taken';
  }

  /** Features of a sample that has its fallback are gathered anew. */
  #reopen(slot: number, place: number): boolean {
    const late = this.#late.take(slot, this.group.views[place]);
    if (late) this.#collector.open(slot, this.group.present(late.sample.states), late, performance.now());
    return late !== undefined;
  }

  /** Goes on with what is on disk of a sample. */
  #goOn(gathering: Gathering, found: Interrupted | undefined): void {
    const { slot, states, best } = gathering.sample;
    const maps = this.group.views.map((view) => found?.maps[view]);
    const context = { ...gathering, sample: { slot, states: found?.states ?? states, best } };
    this.#onCollected({ slot, maps, mask: maskOf(maps), reason: 'deadline', context });
  }

  /** A device has connected or disconnected. */
  setLive(view: number, live: boolean): void {
    const place = this.group.placeOf(view);
    this.#window.setLive(place, live);
    if (!live) this.#collector.giveUp(place);
  }

  /** The cloud has answered. False: the sample has its fallback already, so that is only revised in the cloud. */
  answered(slot: number): boolean {
    return this.#cloud.answered(slot);
  }

  /** The cloud asks for features although this edge was sure, because another edge of the site is not. */
  askedByCloud(slot: number): void {
    const entry = this.#deps.outbox.features(slot);
    // It was answered meanwhile, or the cloud asked twice.
    if (!entry || this.#collector.has(slot)) return;
    const sample = this.#cloud.sample(slot) ?? fitting(entry, this.#deps.bundle);
    if (sample.features) this.#cloud.send(sample, 'edge', sample.features, true);
    else this.#collect({ sample, asked: true, answered: 'none' });
  }

  /** The cloud will not answer this sample. */
  giveUp(slot: number, reason: FallbackReason): void {
    this.#cloud.giveUp(slot, reason);
  }

  /** Goes on with every sample whose deadline has passed. */
  expire(now: number): void {
    this.#late.expire(now);
    this.#window.expire(now);
    this.#collector.expire(now);
    this.#cloud.expire(now);
  }

  /** The uplink is lost: what waits for the cloud is answered now, and revised in the cloud later. */
  cloudLost(): void {
    this.#cloud.giveUpAll('unreachable');
  }

  /** Closes what is open, without waiting for deadlines; resolves when everything is written. */
  async drain(): Promise<void> {
    this.#window.drain();
    this.#collector.drain();
    await this.#writes.done();
  }

  #onGathered(slot: number, cell: number, reason: CloseReason): void {
    this.samples++;
    if (reason === 'crowded') this.#deps.onCrowded('summaries');
    const mask = this.#window.presence(cell);
    const states = this.group.siteStates(this.#window.states(cell, this.#states));
    if (mask === 0) {
      this.#conclude(slot, states, 'none', NOTHING_SEEN);
      return;
    }
    let best = NO_EXIT;
    if (this.#local) {
      const { exit } = this.#local;
      if (this.#local.decide(this.#window.scores, this.#window.scoreOffset(cell), mask)) {
        this.#conclude(slot, states, 'local', exit);
        return;
      }
      best = { classIndex: exit.classIndex, uncertainty: exit.uncertainty };
    }
    const { config, outbox } = this.#deps;
    if (outbox.failure || outbox.full) {
      // Features could not be stored, so no device is asked for any.
      if (outbox.full) outbox.refuseNew({ slot, epoch: config.epoch, states, best, fallback: 'dropped' });
      this.#cloud.fallback({ slot, states, best }, 'dropped', undefined);
      return;
    }
    this.#writes.add(slot, outbox.begin(slot, { epoch: config.epoch, states, best }));
    this.#collect({ sample: { slot, states, best }, asked: false, answered: 'none' });
  }

  /** Asks for the features of every view that took part. */
  #collect(gathering: Gathering): void {
    const { isLive, requestFeatures } = this.#deps;
    const { slot } = gathering.sample;
    const wanted = this.group.present(gathering.sample.states);
    this.#collector.open(slot, wanted, gathering, performance.now());
    for (const [place, view] of this.group.views.entries()) {
      if (((wanted >>> place) & 1) === 0) continue;
      if (isLive(view)) requestFeatures(view, slot);
      // Its device went offline after the summary, so it would not answer.
      else this.#collector.offer(slot, place, null);
    }
  }

  #onCollected({ slot, context, maps, mask, reason }: Collected<Gathering>): void {
    if (reason === 'crowded') this.#deps.onCrowded('features');
    const { sample, asked, answered } = context;
    const states = this.group.withoutSilent(sample.states, mask, this.#deps.isLive);
    const left = { ...sample, states };
    if (mask === 0) {
      if (this.group.several) {
        this.#cloud.send(left, 'answer', encodeEdgeAnswer({ exit: 'fallback', ...sample.best }), asked);
      } else if (answered === 'none') {
        const late = reason === 'crowded' ? reason : 'deadline';
        this.#cloud.fallback(left, this.#deps.outbox.failure ? 'dropped' : late, sample);
      } else this.#writes.add(slot, this.#deps.outbox.settle(slot));
      return;
    }
    if (!this.#edge) {
      const { content, body } = uplinkViews(maps, this.#bodies.coded);
      if (answered === 'none') this.#cloud.send(left, content, body, asked);
      else this.#cloud.sendLate(left, answered, content, body);
      return;
    }
    const opened = maps.map((map, place) => map && this.#bodies.open(this.group.views[place], map));
    const confident = this.#edge.decide(opened, mask);
    const best = { classIndex: this.#edge.exit.classIndex, uncertainty: this.#edge.exit.uncertainty };
    const features = this.#edge.features.slice();
    if (answered !== 'none') this.#cloud.sendLate(left, answered, 'edge', features);
    else if (asked || !confident) this.#cloud.send({ slot, states, best }, 'edge', features, asked);
    else this.#conclude(slot, states, 'edge', best, features);
  }

  /**
   * An exit of this edge is sure, or its cameras see nothing. With several edges, the edge reports this to the cloud,
   * which joins the reports; a single edge answers for its site.
   */
  #conclude(
    slot: number,
    states: Uint8Array,
    exit: 'local' | 'edge' | 'none',
    { classIndex, uncertainty }: BestExit,
    features?: Uint8Array,
  ): void {
    if (this.group.several) {
      if (exit === 'none') this.#cloud.send({ slot, states, best: NO_EXIT }, 'views', NOTHING);
      else {
        const sample = { slot, states, best: { classIndex, uncertainty }, features };
        this.#cloud.send(sample, 'answer', encodeEdgeAnswer({ exit, classIndex, uncertainty }));
      }
      return;
    }
    const own = this.#own;
    own.exit = exit;
    own.classIndex = classIndex;
    own.uncertainty = uncertainty;
    const site = siteAnswer(this.#site);
    // Most samples end here: one object each.
    this.#deps.onVerdict(
      { slot, classIndex: site.classIndex, exit: site.exit, reason: 'none', uncertainty: site.uncertainty, states },
      exit === 'edge' ? this.#deps.outbox.close(slot, 'none') : undefined,
    );
  }
}
