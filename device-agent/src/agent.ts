import { type Bundle, openBundle, parsePublicKey, refusePixels } from '@ddnn/model';
import {
  createMetrics,
  HealthServer,
  LifeCycle,
  type Logger,
  type OpenParts,
  readBundleKeys,
  readSettingFile,
  StepNote,
} from '@ddnn/process';
import { packageVersion } from '@ddnn/process/version';
import { decodeClock, encodeClock, FrameError, type Status } from '@ddnn/protocol';
import { AgentError, type AgentErrorCode } from './agent-error.js';
import type { Camera } from './cameras/camera.js';
import { createCamera } from './cameras/create-camera.js';
import type { AgentConfig } from './config.js';
import { EdgeConnection } from './connection.js';
import { AgentCore } from './core/agent-core.js';
import { EdgeClock } from './edge-clock.js';
import { createAgentMetrics } from './metrics.js';
import { SlotPace } from './slot-pace.js';

const CLOCK_BURST = 4;
const CLOCK_BURST_MS = 100;
const CLOCK_INTERVAL_MS = 30_000;
const EPOCH_UNKNOWN = 0;
const UNCONFIRMED = 'the edge has not confirmed this bundle';

/** One camera's agent: captures, runs the device section, publishes summaries and answers feature requests. */
export class Agent {
  readonly #config: AgentConfig;
  readonly #logger: Logger;
  readonly #giveUp: (error: AgentError) => void;
  readonly #life = new LifeCycle((parts) => this.#open(parts));
  readonly #metrics = createMetrics('agent');
  readonly #count = createAgentMetrics(this.#metrics);
  readonly #clock = new EdgeClock();
  readonly #clockSteps = new StepNote('the edge’s clock');
  readonly #pace = new SlotPace(
    this.#clock,
    (slot) => this.capture(slot),
    (slots) => this.#count.samples.inc({ result: 'missed' }, slots),
  );
  #bundle!: Bundle;
  #core!: AgentCore;
  #camera!: Camera;
  #connection!: EdgeConnection;
  #clockTimer: NodeJS.Timeout | undefined;
  #batchTimer: NodeJS.Timeout | undefined;
  /** Undefined until the edge has said which bundle is in service, and that it is ours. */
  #slotMs: number | undefined;
  /** Why it takes no part, while `#slotMs` is undefined. */
  #idleBecause = UNCONFIRMED;
  #captures: Promise<void> = Promise.resolve();

  /** @param deps `giveUp` gets an error after which this agent cannot go on; left out: the error is only logged */
  constructor(config: AgentConfig, deps: { logger: Logger; giveUp?: (error: AgentError) => void }) {
    this.#config = config;
    this.#logger = deps.logger;
    this.#giveUp = deps.giveUp ?? ((error) => deps.logger.error({ code: error.code }, error.message));
  }

  /** Opens bundle and camera and starts connecting; the edge may be away. A failed start leaves nothing open. */
  start(): Promise<{ healthPort: number }> {
    return this.#life.start();
  }

  /** Sends what waits, publishes *offline*, and closes everything. */
  stop(): Promise<void> {
    return this.#life.stop();
  }

  /** Captures and publishes one sample. A parent calls it; with the pace `clock` the agent does so itself. */
  capture(slot: number): Promise<void> {
    this.#captures = this.#captures.then(() => this.#capture(slot));
    return this.#captures;
  }

  async #open(parts: OpenParts): Promise<{ healthPort: number }> {
    const config = this.#config;
    const trusted = (await readBundleKeys(config.bundleKeys, this.#logger))?.map(parsePublicKey);
    this.#bundle = openBundle(await readSettingFile(config.bundle, 'bundle'), config.bundle, trusted);
    refusePixels(this.#bundle, config.allowPixels);
    this.#core = new AgentCore(this.#bundle, config.view, config.cacheSamples, config.batch.samples);
    this.#camera = createCamera(config, this.#bundle.architecture.input);
    this.#connection = new EdgeConnection(
      config,
      {
        onConnected: () => this.#onConnected(),
        onDisconnected: () => this.#onDisconnected(),
        onEdgeStatus: (status) => this.#onEdgeStatus(status),
        onFeatureRequest: (frame) => this.#onFeatureRequest(frame),
        onClock: (frame) => this.#onClock(frame),
        onBadFrame: (error, topic) => this.#onBadFrame(error, topic),
        onTaken: () => this.#giveUp(this.#taken()),
      },
      this.#logger,
    );
    const health = new HealthServer({
      ...config.health,
      metrics: this.#metrics,
      logger: this.#logger,
      checks: {
        edge: () => this.#connection.ready,
        bundle: () => this.#slotMs !== undefined || this.#idleBecause,
        clock: () => !this.#needsClock || this.#clock.set || 'the edge has not told the time',
      },
      notes: { clock: () => this.#clockSteps.note() },
    });
    const healthPort = await parts.start(health);
    await parts.start(this.#camera);
    this.#connection.start(this.#status('offline'));
    parts.add(() => this.#leave());
    return { healthPort };
  }

  async #leave(): Promise<void> {
    this.#pace.stop();
    clearInterval(this.#clockTimer);
    await this.#captures;
    this.#sendSummaries(this.#core.flush());
    await this.#connection.stop(this.#core.epoch, this.#status('offline'));
  }

  async #capture(slot: number): Promise<void> {
    if (this.#slotMs === undefined) {
      this.#count.samples.inc({ result: 'unconfirmed' });
      return;
    }
    try {
      await this.#publishSummary(slot);
    } catch (error) {
      // A broken picture does not mean that there is nothing to see: the view stays silent and counts as late.
      this.#count.samples.inc({ result: 'failed' });
      this.#logger.error({ slot, err: (error as Error).message }, 'no picture');
    }
  }

  async #publishSummary(slot: number): Promise<void> {
    const capturedAt = performance.now();
    const pixels = await this.#camera.capture(slot);
    // The edge may have gone while the camera was busy; then nothing may wait for it.
    if (this.#slotMs === undefined) {
      this.#count.samples.inc({ result: 'unconfirmed' });
      return;
    }
    const done = this.#count.sectionSeconds.startTimer();
    const frames = this.#core.capture(slot, pixels);
    done();
    this.#count.samples.inc({ result: pixels ? 'present' : 'absent' });
    this.#sendSummaries(frames);
    if (this.#core.waiting !== 1) return;
    const waited = performance.now() - capturedAt;
    clearTimeout(this.#batchTimer);
    this.#batchTimer = setTimeout(() => this.#sendSummaries(this.#core.flush()), this.#config.batch.waitMs - waited);
  }

  /** All samples that waited are in these frames; only the sample that was captured last may still wait. */
  #sendSummaries(frames: readonly Uint8Array[]): void {
    if (frames.length > 0) clearTimeout(this.#batchTimer);
    for (const frame of frames) {
      this.#count.payloadBytes.inc({ kind: 'summary' }, frame.length);
      this.#connection.sendSummary(frame);
    }
  }

  /** The edge does not take samples of this bundle, or no longer: what waits will not be sent later either. */
  #pause(why: string): void {
    this.#slotMs = undefined;
    this.#idleBecause = why;
    this.#pace.stop();
    this.#core.drop();
    clearTimeout(this.#batchTimer);
  }

  #onConnected(): void {
    // The online status is published on every connect; otherwise, a broker that restarted would show the last will for
    // ever.
    this.#connection.sendStatus(this.#core.epoch, this.#status(this.#slotMs === undefined ? 'unfit' : 'online'));
    this.#askClock();
    clearInterval(this.#clockTimer);
    this.#clockTimer = setInterval(() => this.#askClock(), CLOCK_INTERVAL_MS);
  }

  #onDisconnected(): void {
    clearInterval(this.#clockTimer);
    // The edge may come back with another time, or another edge may come.
    this.#clock.doubt();
    this.#pause(UNCONFIRMED);
  }

  #onEdgeStatus(status: Status & { epoch: number }): void {
    if (status.state !== 'online') {
      this.#pause('the edge is offline');
      return;
    }
    const fits = status.bundle.every((byte, i) => byte === this.#bundle.hash[i]);
    if (!fits) {
      const serves = Buffer.from(status.bundle).toString('hex').slice(0, 12);
      const mine = this.#bundle.id.slice(0, 12);
      this.#pause(`the edge serves bundle ${serves}, this agent has ${mine}: install the same file on both`);
      const code: AgentErrorCode = 'DDNN_AGENT_BUNDLE';
      this.#logger.error({ code, serves, mine }, this.#idleBecause);
      this.#connection.sendStatus(EPOCH_UNKNOWN, this.#status('unfit'));
      return;
    }
    const { samples, waitMs } = this.#config.batch;
    if (this.#slotMs === undefined && waitMs <= (samples - 1) * status.slotMs) {
      const setting = `batch.waitMs ${waitMs}: ${samples} samples take ${(samples - 1) * status.slotMs} ms`;
      this.#logger.warn({}, `${setting}, so summary frames go before they are full`);
    }
    // A repeated status: the edge's time has jumped, so no slot is captured until the answer comes.
    if (this.#slotMs !== undefined) {
      this.#pace.stop();
      this.#clock.doubt();
      this.#askClock();
    }
    this.#core.epoch = status.epoch;
    this.#slotMs = status.slotMs;
    this.#connection.sendStatus(status.epoch, this.#status('online'));
    this.#startPace();
  }

  #onFeatureRequest(frame: Uint8Array): void {
    const answer = this.#core.answer(frame);
    this.#count.payloadBytes.inc({ kind: 'features' }, answer.length);
    this.#connection.sendFeatures(answer);
  }

  #onClock(frame: Uint8Array): void {
    const { asked, edge } = decodeClock(frame);
    if (edge === undefined) return;
    const first = !this.#clock.set;
    const step = this.#clock.take({ asked, edge, answered: performance.now() });
    if (step !== 0) this.#onClockStep(step);
    if (first || step !== 0) this.#startPace();
  }

  #onClockStep(ms: number): void {
    this.#count.clockSteps.inc({ direction: ms > 0 ? 'forwards' : 'backwards' });
    this.#logger.warn({ steppedMs: Math.round(ms) }, `${this.#clockSteps.saw(ms)}; slots go on by it`);
    this.#pace.forget();
  }

  #onBadFrame(error: unknown, topic: string): void {
    const code = error instanceof FrameError ? error.code : ('DDNN_AGENT_FAILED' satisfies AgentErrorCode);
    this.#count.badFrames.inc({ code });
    this.#logger.warn({ code, topic, err: (error as Error).message }, 'frame refused');
  }

  get #needsClock(): boolean {
    return this.#config.pace === 'clock' && this.#slotMs !== 0;
  }

  #startPace(): void {
    if (this.#needsClock && this.#slotMs && this.#clock.set) this.#pace.start(this.#slotMs);
  }

  #askClock(): void {
    for (let i = 0; i < CLOCK_BURST; i++) {
      setTimeout(() => {
        this.#connection.sendClockAsk(encodeClock(this.#core.epoch, { asked: performance.now() }));
      }, i * CLOCK_BURST_MS).unref();
    }
  }

  #taken(): AgentError {
    const { device, edge } = this.#config;
    const message = `another agent is connected to ${edge.url} as device "${device}": give one of them another name`;
    return new AgentError('DDNN_AGENT_TAKEN', `${message} (setting device)`);
  }

  #status(state: Status['state']): Status {
    const { architecture, shapes, hash } = this.#bundle;
    return {
      state,
      view: this.#config.view,
      views: architecture.views,
      classes: architecture.classes.length,
      scoreBytes: shapes.scoreBytes,
      featureBytes: shapes.device.featureBytes,
      slotMs: this.#slotMs ?? 0,
      bundle: hash,
      version: packageVersion(import.meta.url),
    };
  }
}
