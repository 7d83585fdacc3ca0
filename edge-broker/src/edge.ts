import { MqttListener } from '@ddnn/broker';
import { type Bundle, openBundle, refusePixels } from '@ddnn/model';
import { createMetrics, HealthServer, type Logger, readSettingFile } from '@ddnn/process';
import {
  type Acknowledgement,
  encodeStatus,
  encodeTraffic,
  FrameError,
  NO_VIEW,
  type Status,
  topic,
  type Verdict,
} from '@ddnn/protocol';
import type { EdgeConfig } from './config.js';
import { type Device, DeviceTable } from './devices/device-table.js';
import { FeatureRequests } from './devices/feature-requests.js';
import { type Identity, Intake } from './devices/intake.js';
import { createEdgeMetrics } from './metrics.js';
import { Outbox } from './outbox/outbox.js';
import { RecordBatch } from './outbox/record-batch.js';
import { RecordTurns } from './outbox/record-turns.js';
import { SamplePath } from './samples/sample-path.js';
import { ViewGroup } from './samples/view-group.js';
import { LinkBytes } from './traffic/site-traffic.js';
import { Bridge } from './uplink/bridge.js';
import { verdictJson } from './verdict-json.js';
import { SOFTWARE_VERSION } from './version.js';

const TICK_MS = 10;
const HOUSEKEEPING_MS = 1_000;
const DRAIN_MS = 3_000;

/** An edge broker: embedded MQTT broker, sample window, exits, outbox and bridge. */
export class Edge {
  readonly #config: EdgeConfig;
  readonly #logger: Logger;
  readonly #hearVerdict: ((verdict: Verdict) => void) | undefined;
  readonly #registry = createMetrics('edge');
  readonly #metrics = createEdgeMetrics(this.#registry);
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #recordTurns = new RecordTurns(
    () => this.#bridge.pump(),
    (error) => this.#logger.error({ err: error }, 'records could not be written'),
  );
  #bundle!: Bundle;
  #group!: ViewGroup;
  #devices!: DeviceTable;
  #links!: LinkBytes;
  #outbox!: Outbox;
  #path!: SamplePath;
  #records!: RecordBatch;
  #bridge!: Bridge;
  #listener!: MqttListener<Identity>;
  #health!: HealthServer;

  /** @param deps `onVerdict` hears every verdict, as a benchmark does */
  constructor(config: EdgeConfig, deps: { logger: Logger; onVerdict?: (verdict: Verdict) => void }) {
    this.#config = config;
    this.#logger = deps.logger;
    this.#hearVerdict = deps.onVerdict;
  }

  /** Opens bundle and outbox, listens, and starts connecting to the cloud. */
  async start(): Promise<{ mqttPort: number; healthPort: number }> {
    const config = this.#config;
    this.#bundle = openBundle(await readSettingFile(config.bundle, 'bundle'), config.bundle);
    refusePixels(this.#bundle, config.allowPixels);
    const { architecture } = this.#bundle;
    this.#group = new ViewGroup(this.#bundle, config.group);
    this.#devices = new DeviceTable(config.devices, architecture.views, this.#group.views);
    this.#links = new LinkBytes(architecture.views);
    this.#outbox = new Outbox(config.outbox, (entry, reason) => {
      this.#metrics.dropped.inc({ kind: entry.kind, reason });
      this.#logger.warn({ kind: entry.kind, slot: entry.slot, reason }, 'dropped from the outbox');
      if (entry.kind === 'features') this.#path.giveUp(entry.slot, reason === 'refused' ? 'refused' : 'dropped');
    });
    await this.#outbox.start();
    this.#records = new RecordBatch(this.#outbox, config.epoch, config.records.batch);
    this.#bridge = this.#createBridge();
    this.#path = this.#createPath();
    const backlog = await this.#path.backlog();
    const mqttPort = await this.#listen();
    this.#path.resume(backlog);
    await this.#listener.publish(topic('edgeStatus'), encodeStatus(config.epoch, this.#status('online')), 1, true);
    this.#bridge.start(this.#status('offline'));
    this.#timers.push(
      setInterval(() => this.#path.expire(performance.now()), TICK_MS),
      setInterval(() => this.#recordTurns.flush(this.#records), config.records.flushMs),
      setInterval(() => this.#recordTurns.send(this.#records), config.records.sendMs),
      setInterval(() => this.#keepHouse(), HOUSEKEEPING_MS),
      setInterval(() => this.#reportTraffic(), config.trafficMs),
    );
    this.#health = new HealthServer({
      ...config.health,
      metrics: this.#registry,
      logger: this.#logger,
      checks: {
        cloud: () => config.uplink.url === undefined || this.#bridge.connected || 'not connected to the cloud',
      },
    });
    return { mqttPort, healthPort: await this.#health.start() };
  }

  /** Answers what is open, hands the cloud what it may still take, and closes. What it did not take stays on disk. */
  async stop(): Promise<void> {
    await this.#path.drain();
    await this.#records.send();
    this.#bridge.pump();
    const giveUpAt = performance.now() + DRAIN_MS;
    const busy = () => this.#outbox.size > 0 || this.#path.waiting.cloud > 0;
    while (this.#bridge.connected && busy() && performance.now() < giveUpAt) {
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
    // What the cloud did not answer in time is a fallback now; its features and record stay on disk.
    this.#path.cloudLost();
    await this.#records.flush();
    this.#reportTraffic();
    await this.#bridge.stop(this.#config.epoch, this.#status('offline'));
    await this.#listener.publish(
      topic('edgeStatus'),
      encodeStatus(this.#config.epoch, this.#status('offline')),
      1,
      true,
    );
    await this.#listener.stop();
    await this.#path.drain();
    // Samples that came in since the last flush.
    await this.#records.flush();
    await this.#outbox.stop();
    await this.#health.stop();
    this.#registry.close();
  }

  #createBridge(): Bridge {
    return new Bridge(this.#config, {
      views: this.#bundle.architecture.views,
      several: this.#group.several,
      outbox: this.#outbox,
      meter: this.#links.uplink,
      logger: this.#logger,
      messages: {
        onConnected: () => this.#onCloud(),
        onDisconnected: () => this.#path.cloudLost(),
        onVerdicts: (verdicts) => this.#onCloudVerdicts(verdicts),
        onAcknowledgement: (acknowledgement) => this.#onAcknowledgement(acknowledgement),
        onRequest: (slots) => {
          for (const slot of slots) this.#path.askedByCloud(slot);
        },
        onBadFrame: (error, name) => {
          const code = error instanceof FrameError ? error.code : 'DDNN_EDGE_FAILED';
          this.#metrics.badUplinkFrames.inc({ code });
          this.#logger.warn({ code, topic: name, err: (error as Error).message }, 'frame refused');
        },
      },
    });
  }

  #createPath(): SamplePath {
    const requests = new FeatureRequests(this.#config.epoch, (view, frame) => this.#sendRequest(view, frame));
    return new SamplePath({
      bundle: this.#bundle,
      config: this.#config,
      outbox: this.#outbox,
      isLive: (view) => this.#devices.ofView(view)?.status?.state === 'online',
      cloudReachable: () => this.#bridge.connected,
      requestFeatures: (view, slot) => requests.ask(view, slot),
      onUplink: () => this.#bridge.pump(),
      onReplaced: (slot) => this.#bridge.settled('features', slot),
      onVerdict: (verdict, by) => this.#onVerdict(verdict, by),
      onRecord: (verdict) => this.#records.add(verdict),
      onCrowded: (waitedFor) => this.#metrics.crowded.inc({ for: waitedFor }),
      onError: (slot, error) => this.#logger.error({ slot, err: error }, 'the outbox failed'),
    });
  }

  #listen(): Promise<number> {
    const { config, intake } = { config: this.#config, intake: this.#createIntake() };
    this.#listener = new MqttListener({ ...config.mqtt, setting: 'mqtt.port' }, intake, this.#logger);
    return this.#listener.start();
  }

  #createIntake(): Intake {
    return new Intake({
      bundle: this.#bundle,
      config: this.#config,
      devices: this.#devices,
      path: this.#path,
      meters: this.#links.devices,
      metrics: this.#metrics,
      logger: this.#logger,
      publish: (name, payload) => this.#publish(name, payload),
      onDeviceStatus: (device, frame) => this.#bridge.sendDeviceStatus(device.name, frame),
      onDeviceBytes: (device, bytes) => this.#links.addGone(device, bytes),
    });
  }

  #sendRequest(view: number, frame: Uint8Array): void {
    const device = this.#devices.ofView(view);
    if (!device) return;
    const name = topic('featureRequest', { device: device.name });
    this.#links.devices[view].count('down', name.length, frame.length, 0);
    this.#publish(name, frame);
  }

  #onVerdict(verdict: Verdict, by: 'site' | 'cloud'): void {
    this.#metrics.countVerdict(verdict.exit, verdict.reason);
    this.#hearVerdict?.(verdict);
    const { site, edge, slotMs, verdictTopic } = this.#config;
    if (verdictTopic) {
      const { classes } = this.#bundle.architecture;
      const json = verdictJson(verdict, { site, edge, classes, slotMs, now: Date.now() });
      this.#publish(topic('verdictJson', { site }), Buffer.from(JSON.stringify(json)));
    }
    // The cloud knows its own verdicts; it learns of all others by record.
    if (by === 'site' && this.#records.add(verdict)) this.#recordTurns.flush(this.#records);
  }

  #onCloud(): void {
    this.#logger.info({ url: this.#config.uplink.url }, 'connected to the cloud');
    this.#bridge.sendStatus(this.#config.epoch, this.#status('online'));
    for (const { name, status } of this.#devices.devices) {
      if (status) this.#bridge.sendDeviceStatus(name, encodeStatus(status.epoch, status));
    }
  }

  #onCloudVerdicts(verdicts: readonly Verdict[]): void {
    for (const verdict of verdicts) {
      // A verdict for features that are gone was sent twice, as after a lost link.
      const waits = this.#outbox.has('features', verdict.slot);
      if (!this.#path.cloudVerdict(verdict) && waits) this.#metrics.revised.inc();
      this.#settle(this.#outbox.acknowledge('features', verdict.slot), 'features', verdict.slot);
    }
  }

  #onAcknowledgement({ of, result, slots }: Acknowledgement): void {
    const kind = of === 'record' ? 'record' : 'features';
    for (const slot of slots) {
      if (!this.#outbox.has(kind, slot)) continue;
      const done = result === 'stored' ? this.#outbox.acknowledge(kind, slot) : this.#outbox.refuse(kind, slot);
      this.#settle(done, kind, slot);
    }
  }

  #settle(done: Promise<unknown>, kind: 'features' | 'record', slot: number): void {
    done
      .then(() => this.#bridge.settled(kind, slot))
      .catch((error: unknown) => this.#logger.error({ slot, err: error }, 'the outbox failed'));
  }

  #keepHouse(): void {
    this.#bridge.resendOverdue(performance.now());
    this.#outbox.expire(Date.now()).catch((error: unknown) => this.#logger.error({ err: error }, 'the outbox failed'));
    this.#metrics.outbox.set(this.#outbox.size);
    for (const [what, samples] of Object.entries(this.#path.waiting)) this.#metrics.waiting.set({ for: what }, samples);
  }

  #reportTraffic(): void {
    const open = {
      uplink: this.#bridge.socketBytes,
      device: ({ name }: Device) => this.#listener.socketBytes(({ device }) => device?.name === name),
    };
    const traffic = this.#links.report(this.#path.samples, this.#devices.devices, open, this.#metrics);
    this.#bridge.sendTraffic(encodeTraffic(this.#config.epoch, traffic));
  }

  #publish(name: string, payload: Uint8Array): void {
    this.#listener
      .publish(name, payload, 0)
      .catch((error: unknown) => this.#logger.error({ topic: name, err: error }, 'not published'));
  }

  #status(state: Status['state']): Status {
    const { architecture, shapes, hash } = this.#bundle;
    return {
      state,
      view: NO_VIEW,
      views: architecture.views,
      classes: architecture.classes.length,
      scoreBytes: shapes.scoreBytes,
      featureBytes: shapes.device.featureBytes,
      slotMs: this.#config.slotMs,
      bundle: hash,
      version: SOFTWARE_VERSION,
    };
  }
}
