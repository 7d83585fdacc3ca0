import { createListenerMetrics, MqttListener } from '@ddnn/broker';
import type { Bundle } from '@ddnn/model';
import { LimitedLogger, type Logger, type Metrics } from '@ddnn/process';
import { packageVersion } from '@ddnn/process/version';
import {
  type Acknowledgement,
  encodeStatus,
  FrameError,
  NO_VIEW,
  type Status,
  topic,
  type Verdict,
} from '@ddnn/protocol';
import { ClockKeeper } from './clock/clock-keeper.js';
import type { EdgeConfig } from './config.js';
import { DeviceTable } from './devices/device-table.js';
import { FeatureRequests } from './devices/feature-requests.js';
import { type Identity, Intake } from './devices/intake.js';
import { EdgeError } from './edge-error.js';
import { createEdgeMetrics } from './metrics.js';
import type { EntryKind, EntryName } from './outbox/entry.js';
import { Outbox } from './outbox/outbox.js';
import { RecordBatch } from './outbox/record-batch.js';
import { SamplePath } from './samples/sample-path.js';
import { SiteTraffic } from './traffic/site-traffic.js';
import { Bridge } from './uplink/bridge.js';
import { verdictJson } from './verdict-json.js';

/** What the parts of an edge work with. */
export interface EdgeSurroundings {
  readonly config: EdgeConfig;
  readonly bundle: Bundle;
  readonly logger: Logger;
  readonly registry: Metrics;
  readonly onVerdict: ((verdict: Verdict) => void) | undefined;
  readonly giveUp: (error: EdgeError) => void;
}

/** Makes the parts of an edge and connects them with each other. Nothing is open before {@link Edge} starts them. */
export class EdgeParts {
  readonly metrics;
  readonly devices: DeviceTable;
  readonly links: SiteTraffic;
  readonly clock: ClockKeeper;
  readonly outbox: Outbox;
  readonly records: RecordBatch;
  readonly bridge: Bridge;
  readonly path: SamplePath;
  readonly listener: MqttListener<Identity>;
  #published: Promise<void> = Promise.resolve();
  /** For problems that come with every sample, so they are logged only now and then. */
  readonly #log: LimitedLogger;
  readonly #with: EdgeSurroundings;

  /** @throws EdgeError for devices or a group that the bundle does not have */
  constructor(surroundings: EdgeSurroundings) {
    const { config, bundle, logger, registry } = surroundings;
    this.#with = surroundings;
    this.#log = new LimitedLogger(logger);
    this.metrics = createEdgeMetrics(registry);
    const { views } = bundle.architecture;
    this.clock = new ClockKeeper(config.clock, {
      folder: config.outbox.folder,
      metrics: this.metrics,
      logger,
      // Agents ask for the time when the edge publishes its status again.
      onJump: () => this.publishStatus('online'),
    });
    this.outbox = new Outbox({ ...config.outbox, views, now: () => this.clock.passed() }, (entry, reason) => {
      const { kind, slot } = entry;
      this.metrics.dropped.inc({ kind, reason });
      this.#log.warn(`${kind} ${reason}`, { kind, slot, reason }, 'dropped from the outbox');
      this.bridge.settled(kind, slot);
      if (kind === 'features') this.path.giveUp(slot, reason === 'refused' ? 'refused' : 'dropped');
    });
    this.path = this.#createPath();
    const { group } = this.path;
    this.devices = new DeviceTable(config.devices, views, group.views);
    this.links = new SiteTraffic(views);
    this.records = new RecordBatch(this.outbox, {
      epoch: config.epoch,
      maxVerdicts: config.records.batch,
      onWhole: (slot) => this.bridge.add('record', slot),
      onError: (error) => this.#failed(undefined, error),
    });
    this.bridge = this.#createBridge();
    const places = { reservedConnections: this.devices.devices.length };
    const options = { ...config.mqtt, ...places, setting: 'mqtt.port' };
    this.listener = new MqttListener(options, this.#createIntake(), logger);
    createListenerMetrics(registry, this.listener.counts);
  }

  /** The status of this edge. */
  status(state: Status['state']): Status {
    const { architecture, shapes, hash } = this.#with.bundle;
    return {
      state,
      view: NO_VIEW,
      views: architecture.views,
      classes: architecture.classes.length,
      scoreBytes: shapes.scoreBytes,
      featureBytes: shapes.device.featureBytes,
      slotMs: this.#with.config.slotMs,
      bundle: hash,
      version: packageVersion(import.meta.url),
    };
  }

  /** Tells the devices whether this edge is there, and which bundle it serves. */
  async publishStatus(state: Status['state']): Promise<void> {
    await this.listener.publish(
      topic('edgeStatus'),
      encodeStatus(this.#with.config.epoch, this.status(state)),
      1,
      true,
    );
  }

  /** Resolves when everything published so far has been sent. */
  get published(): Promise<void> {
    return this.#published;
  }

  /** From now on no new sample begins, because a summary only counts while its device is known to be online. */
  takeNoMore(): void {
    for (const device of this.devices.devices) device.status = undefined;
  }

  #createBridge(): Bridge {
    const { config, bundle, logger, giveUp } = this.#with;
    return new Bridge(config, {
      views: bundle.architecture.views,
      several: this.path.group.several,
      outbox: this.outbox,
      meter: this.links.uplink,
      logger,
      messages: {
        onConnected: () => this.#onCloud(),
        onDisconnected: () => this.path.cloudLost(),
        onVerdicts: (verdicts) => this.#onCloudVerdicts(verdicts),
        onAcknowledgement: (acknowledgement) => this.#onAcknowledgement(acknowledgement),
        onHeld: (entry) => this.#onHeld(entry),
        onRequest: (slots) => {
          for (const slot of slots) this.path.askedByCloud(slot);
        },
        onBadFrame: (error, name) => {
          const code = error instanceof FrameError ? error.code : 'DDNN_EDGE_FAILED';
          this.metrics.badUplinkFrames.inc({ code });
          logger.warn({ code, topic: name, err: (error as Error).message }, 'frame refused');
        },
        onTaken: () => giveUp(this.#taken()),
      },
    });
  }

  #createPath(): SamplePath {
    const requests = new FeatureRequests(this.#with.config.epoch, (view, frame) => this.#sendRequest(view, frame));
    return new SamplePath({
      bundle: this.#with.bundle,
      config: this.#with.config,
      outbox: this.outbox,
      isLive: (view) => this.devices.ofView(view)?.status?.state === 'online',
      cloudReachable: () => this.bridge.connected,
      requestFeatures: (view, slot) => requests.ask(view, slot),
      onUplink: (slot) => this.bridge.add('features', slot),
      onVerdict: (verdict, by) => this.#onVerdict(verdict, by),
      onRecord: (verdict) => this.records.add(verdict),
      onCrowded: (waitedFor) => this.metrics.crowded.inc({ for: waitedFor }),
      onError: (slot, error) => this.#failed(slot, error),
    });
  }

  #createIntake(): Intake {
    return new Intake({
      bundle: this.#with.bundle,
      config: this.#with.config,
      devices: this.devices,
      path: this.path,
      meters: this.links.devices,
      metrics: this.metrics,
      logger: this.#with.logger,
      siteTime: (monotonic) => this.clock.at(monotonic),
      publish: (name, payload) => this.#publish(name, payload),
      onDeviceStatus: (device, frame) => this.bridge.sendDeviceStatus(device.name, frame),
      onDeviceBytes: (device, bytes) => this.links.addGone(device, bytes),
    });
  }

  #sendRequest(view: number, frame: Uint8Array): void {
    const device = this.devices.ofView(view);
    if (!device) return;
    const name = topic('featureRequest', { device: device.name });
    this.links.devices[view].count('down', name.length, frame.length, 0);
    this.#publish(name, frame);
  }

  #onVerdict(verdict: Verdict, by: 'site' | 'cloud'): void {
    this.metrics.countVerdict(verdict.exit, verdict.reason);
    this.#with.onVerdict?.(verdict);
    const { site, edge, slotMs, verdictTopic } = this.#with.config;
    if (verdictTopic) {
      const { classes } = this.#with.bundle.architecture;
      const json = verdictJson(verdict, { site, edge, classes, slotMs, now: Date.now() });
      this.#publish(topic('verdictJson', { site }), Buffer.from(JSON.stringify(json)));
    }
    // The cloud knows its own verdicts; all others are reported to it as records.
    if (by === 'site' && this.records.add(verdict)) this.records.flushSoon();
  }

  #onCloud(): void {
    this.bridge.sendStatus(this.#with.config.epoch, this.status('online'));
    for (const { name, status } of this.devices.devices) {
      if (status) this.bridge.sendDeviceStatus(name, encodeStatus(status.epoch, status));
    }
  }

  #onCloudVerdicts(verdicts: readonly Verdict[]): void {
    for (const verdict of verdicts) {
      // If the features are no longer in the outbox, this verdict was sent twice, as after a lost link.
      const waits = this.outbox.has('features', verdict.slot);
      if (!this.path.cloudVerdict(verdict) && waits) this.metrics.revised.inc();
      this.#settle(this.outbox.acknowledge('features', verdict.slot), 'features', verdict.slot);
    }
  }

  /** The entry stays on disk for the next connection; its sample is answered now, by a fallback. */
  #onHeld({ kind, slot }: EntryName): void {
    this.#log.warn(kind, { kind, slot }, 'the cloud has no bundle for the epoch of what waits here: it is kept');
    if (kind === 'features') this.path.giveUp(slot, 'refused');
  }

  #onAcknowledgement({ of, result, slots }: Acknowledgement): void {
    const kind = of === 'record' ? 'record' : 'features';
    for (const slot of slots) {
      if (!this.outbox.has(kind, slot)) continue;
      const done = result === 'stored' ? this.outbox.acknowledge(kind, slot) : this.outbox.refuse(kind, slot);
      this.#settle(done, kind, slot);
    }
  }

  #settle(done: Promise<unknown>, kind: EntryKind, slot: number): void {
    done.then(() => this.bridge.settled(kind, slot)).catch((error: unknown) => this.#failed(slot, error));
  }

  #failed(slot: number | undefined, error: unknown): void {
    this.#log.warn(String(error), { slot, err: error }, 'the outbox failed');
  }

  #publish(name: string, payload: Uint8Array): void {
    this.#published = this.listener
      .publish(name, payload, 0)
      .catch((error: unknown) => this.#with.logger.error({ topic: name, err: error }, 'not published'));
  }

  #taken(): EdgeError {
    const { site, edge, uplink } = this.#with.config;
    const message = `another edge is connected to ${uplink.url} as "${site}/${edge}": give one of them another name`;
    return new EdgeError('DDNN_EDGE_TAKEN', `${message} (settings site and edge)`);
  }
}
