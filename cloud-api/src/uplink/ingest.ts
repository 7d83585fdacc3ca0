import { setImmediate as nextTurn } from 'node:timers/promises';
import { LimitedLogger, type Logger } from '@ddnn/process';
import {
  type AcknowledgementResult,
  checkHeader,
  decodeUplinkFeatures,
  decodeVerdicts,
  frameEpoch,
  NO_CLASS,
  type Verdict,
  type ViewStateName,
  viewStateNames,
} from '@ddnn/protocol';
import { CloudError } from '../cloud-error.js';
import type { CloudMetrics } from '../cloud-metrics.js';
import type { CloudConfig } from '../config.js';
import { type EpochBundle, ServedBundles } from '../decide/served-bundles.js';
import { acknowledgementFrames } from '../downlink/down-frames.js';
import type { SendDown } from '../downlink/send-down.js';
import { VerdictSender } from '../downlink/verdict-sender.js';
import type { EdgeName, Roster } from '../sites/roster.js';
import { SiteReports } from '../sites/site-reports.js';
import { type NewVerdict, NO_CLASS_NAME, type VerdictStore } from '../store/verdict-store.js';
import { FrameGate } from './frame-gate.js';
import { refusedSlots } from './refused-slots.js';
import type { UplinkPublish, UplinkTopic } from './uplink-access.js';

/** What an ingest works with. */
export interface IngestParts {
  /** The one in service first. */
  readonly bundles: readonly [EpochBundle, ...EpochBundle[]];
  readonly store: VerdictStore;
  readonly roster: Roster;
  readonly metrics: CloudMetrics;
  readonly logger: Logger;
  readonly sendDown: SendDown;
}

const STOP_TIMEOUT_MS = 5_000;
/** Samples decided before other work gets its turn. */
const SAMPLES_A_TURN = 8;
/** The latest time that a `Date` can hold. */
const MAX_TIME = 8.64e15;

/** Takes what the sites send up: decides features, stores verdicts and reports, and acknowledges what was stored. */
export class Ingest {
  readonly #config: CloudConfig;
  readonly #parts: IngestParts;
  readonly #served: ServedBundles;
  readonly #reports: SiteReports;
  readonly #gate: FrameGate;
  readonly #verdicts: VerdictSender;
  readonly #log: LimitedLogger;

  constructor(config: CloudConfig, parts: IngestParts) {
    this.#config = config;
    this.#parts = parts;
    this.#log = new LimitedLogger(parts.logger);
    this.#served = new ServedBundles(config, parts.bundles, (served) => ({
      ...parts,
      keep: async (edge, verdict) => (await this.#store([this.#newVerdict(edge, verdict, served)]))[0].verdict,
      complain: (edge, error) => this.complain(edge, 'uplinkFeatures', error),
    }));
    const { bundle, sizes } = this.#served.current;
    this.#reports = new SiteReports(config.epoch, { ...parts, bundle }, (site) => this.#served.recheck(site));
    this.#verdicts = new VerdictSender(config.epoch, sizes.views, parts.sendDown);
    this.#gate = new FrameGate({
      maxInside: config.uplink.maxFramesInFlight,
      maxBytes: config.uplink.maxBytesWaiting,
    });
  }

  start(): void {
    this.#served.start();
  }

  /**
   * Resolves when the frame is taken in; then its PUBACK may be sent, and until then the sender is held back. Other
   * frames, sent down, tell whether its samples are stored.
   */
  async take(edge: EdgeName, { which, names }: UplinkPublish, frame: Uint8Array): Promise<void> {
    const entered = this.#gate.enter(frame.length);
    this.#showLoad();
    await entered;
    this.#showLoad();
    this.#process(edge, which, names.device, frame)
      .then(() => this.#parts.metrics.frames.inc({ kind: which, result: 'taken' }))
      .catch((error: unknown) => this.complain(edge, which, error))
      .finally(() => {
        this.#gate.leave(frame.length);
        this.#showLoad();
      });
  }

  /** Counts what was not accepted, and logs it now and then. */
  complain(edge: EdgeName | undefined, kind: string, error: unknown): void {
    const { code = 'DDNN_CLOUD_FAILED', message } = error as { code?: string; message: string };
    this.#parts.metrics.frames.inc({ kind, result: code });
    const from = edge ? `${edge.site}/${edge.edge}` : 'unknown';
    // A fault of ours needs its stack, a bad frame does not.
    const details = code.startsWith('DDNN_') && code !== 'DDNN_CLOUD_FAILED' ? { code } : { err: error };
    this.#log.warn(`${from} ${kind} ${code}`, { ...details, from, kind }, `not accepted: ${message}`);
  }

  /** Takes nothing more in, and waits for what is under way. */
  async stop(): Promise<void> {
    const left = await this.#gate.close(STOP_TIMEOUT_MS);
    if (left > 0) this.#parts.logger.warn({ left }, 'frames were still under way at the stop');
    await this.#served.stop();
  }

  #process(edge: EdgeName, which: UplinkTopic, device: string | undefined, frame: Uint8Array): Promise<void> {
    switch (which) {
      case 'uplinkFeatures':
        return this.#takeFeatures(edge, frame);
      case 'record':
        return this.#takeRecords(edge, frame);
      case 'uplinkStatus':
        return this.#reports.takeEdgeStatus(edge, frame);
      case 'uplinkDeviceStatus':
        return this.#reports.takeDeviceStatus(edge, device!, frame);
      case 'traffic':
        return this.#reports.takeTraffic(edge, frame);
    }
  }

  async #takeFeatures(edge: EdgeName, frame: Uint8Array): Promise<void> {
    checkHeader(frame, 'uplinkFeatures');
    const epoch = frameEpoch(frame);
    const served = this.#served.of(epoch);
    await this.#holdBack(edge, 'uplinkFeatures', frame, served ? undefined : `no bundle of epoch ${epoch} is here`);
    const { sizes, decider } = served!;
    const samples = await this.#orRefuse(edge, 'uplinkFeatures', frame, () =>
      decodeUplinkFeatures(frame, epoch, sizes, this.#config.uplink.maxSamplesAFrame),
    );
    const decided: NewVerdict[] = [];
    const refused: number[] = [];
    for (const [i, sample] of samples.entries()) {
      if (i > 0 && i % SAMPLES_A_TURN === 0) await nextTurn();
      const { slot, states } = sample;
      const said = await decider.take(edge, sample);
      if (typeof said === 'string') {
        refused.push(slot);
        this.complain(edge, 'uplinkFeatures', new CloudError('DDNN_CLOUD_CONTENT', `slot ${slot}: ${said}`));
      } else if (said) {
        decided.push(this.#newVerdict(edge, { slot, states, exit: 'cloud', reason: 'none', ...said }, served!));
      }
    }
    const results = await this.#store(decided);
    const stored = results.map(({ verdict }) => verdict);
    if (stored.length > 0) await this.#verdicts.send(edge, stored);
    await this.#acknowledge(edge, 'uplinkFeatures', 'refused', refused);
  }

  async #takeRecords(edge: EdgeName, frame: Uint8Array): Promise<void> {
    checkHeader(frame, 'record');
    const epoch = frameEpoch(frame);
    await this.#holdBack(edge, 'record', frame, undefined);
    // An answer that was given is final, also under an epoch whose bundle the cloud does not have. The classes are then
    // read from the bundle in service: they seldom change.
    const { bundle } = this.#served.of(epoch) ?? this.#served.current;
    const { classes, views } = bundle.architecture;
    const records = await this.#orRefuse(edge, 'record', frame, () => {
      const verdicts = decodeVerdicts(frame, 'record', epoch, views, this.#config.uplink.maxSamplesAFrame);
      const wrong = verdicts.find(({ classIndex }) => classIndex !== NO_CLASS && classIndex >= classes.length);
      if (wrong) {
        const has = `the bundle has ${classes.length} classes`;
        throw new CloudError('DDNN_CLOUD_CLASS', `slot ${wrong.slot}: class ${wrong.classIndex}, ${has}`);
      }
      return verdicts;
    });
    await this.#store(records.map((record) => this.#newVerdict(edge, record, { epoch, bundle })));
    // The edge knows the frame by its first slot.
    await this.#acknowledge(edge, 'record', 'stored', [records[0].slot]);
  }

  /**
   * Samples of a bundle that this cloud does not have stay at their edge, and the edge is told so. Another cloud can
   * take them, or this one when it has `previousBundle`. Throws `DDNN_CLOUD_EPOCH`.
   */
  async #holdBack(
    edge: EdgeName,
    kind: 'uplinkFeatures' | 'record',
    frame: Uint8Array,
    missing: string | undefined,
  ): Promise<void> {
    const epoch = frameEpoch(frame);
    const why = this.#served.conflict(epoch, this.#parts.roster.service(edge)) ?? missing;
    if (why === undefined) return;
    const slots = this.#slotsOf(frame, kind).slice(0, 1);
    for (const held of acknowledgementFrames(epoch, kind, 'held', slots)) {
      await this.#parts.sendDown('acknowledgement', edge, held);
    }
    throw new CloudError('DDNN_CLOUD_EPOCH', why);
  }

  /**
   * Decodes a frame. If it can't be accepted, its slots are refused as far as they can be read, and the error is
   * thrown.
   */
  async #orRefuse<T>(
    edge: EdgeName,
    kind: 'uplinkFeatures' | 'record',
    frame: Uint8Array,
    decode: () => T,
  ): Promise<T> {
    try {
      return decode();
    } catch (error) {
      await this.#acknowledge(edge, kind, 'refused', this.#slotsOf(frame, kind));
      throw error;
    }
  }

  #slotsOf(frame: Uint8Array, kind: 'uplinkFeatures' | 'record'): number[] {
    return refusedSlots(frame, kind, this.#served.current.sizes, this.#config.uplink.maxSamplesAFrame);
  }

  async #acknowledge(
    edge: EdgeName,
    of: 'uplinkFeatures' | 'record',
    result: AcknowledgementResult,
    slots: readonly number[],
  ): Promise<void> {
    for (const frame of acknowledgementFrames(this.#config.epoch, of, result, slots)) {
      await this.#parts.sendDown('acknowledgement', edge, frame);
    }
  }

  async #store(verdicts: readonly NewVerdict[]) {
    const results = await this.#parts.store.putVerdicts(verdicts);
    for (const [i, { outcome }] of results.entries()) {
      this.#parts.metrics.verdicts.inc({ exit: verdicts[i].exit, outcome });
    }
    return results;
  }

  #newVerdict(edge: EdgeName, verdict: Verdict, { epoch, bundle }: EpochBundle): NewVerdict {
    const { slot, classIndex, exit, reason, uncertainty, states } = verdict;
    const slotMs = this.#parts.roster.slotMs(edge);
    const capturedAt = slot * slotMs;
    return {
      site: edge.site,
      edge: edge.edge,
      slot,
      class: bundle.architecture.classes[classIndex] ?? NO_CLASS_NAME,
      classIndex,
      exit,
      reason,
      uncertainty,
      views: namesOf(states),
      epoch,
      capturedAt: slotMs > 0 && capturedAt <= MAX_TIME ? capturedAt : null,
      storedAt: Date.now(),
    };
  }

  #showLoad(): void {
    this.#parts.metrics.framesInFlight.set(this.#gate.inside);
    this.#parts.metrics.framesWaiting.set(this.#gate.outside);
    this.#parts.metrics.frameBytes.set(this.#gate.bytes);
  }
}

/** A loop, because `Array.from` on bytes would take longer than all the rest of a new verdict. */
function namesOf(states: Uint8Array): ViewStateName[] {
  const names: ViewStateName[] = [];
  for (let view = 0; view < states.length; view++) names.push(viewStateNames[states[view]]);
  return names;
}
