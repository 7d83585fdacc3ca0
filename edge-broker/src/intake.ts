import type { Access, Message } from '@ddnn/broker';
import type { Bundle } from '@ddnn/model';
import type { Logger } from '@ddnn/process';
import {
  decodeClock,
  decodeCodedFeatures,
  decodeFeatures,
  decodeStatus,
  encodeClock,
  FrameError,
  restoreSlot,
  type TopicName,
  topic,
} from '@ddnn/protocol';
import type { EdgeConfig } from './config.js';
import type { Device, DeviceTable } from './device-table.js';
import type { EdgeMetrics } from './metrics.js';
import type { SamplePath } from './sample-path.js';
import { SummaryReader } from './summary-reader.js';
import type { LinkMeter } from './traffic-meter.js';

/** Who is connected: one of this edge's devices, or somebody who only reads along. */
export type Identity = { readonly device: Device } | { readonly device: undefined };

/** A message that its sender may not publish: the connection is closed. */
export class AccessError extends Error {
  override readonly name = 'AccessError';
  readonly code = 'DDNN_EDGE_ACCESS';
}

/** What the intake needs of its surroundings. */
export interface IntakeDeps {
  readonly bundle: Bundle;
  readonly config: EdgeConfig;
  readonly devices: DeviceTable;
  readonly path: SamplePath;
  readonly meters: readonly LinkMeter[];
  readonly metrics: EdgeMetrics;
  readonly logger: Logger;
  readonly publish: (topic: string, payload: Uint8Array) => void;
  /** A device's status changed; `frame` is as it came. */
  readonly onDeviceStatus: (device: Device, frame: Uint8Array) => void;
  readonly onDeviceBytes: (device: Device, bytes: number) => void;
}

type DeviceTopic = 'summary' | 'features' | 'deviceStatus' | 'clockAsk';
const deviceTopics: readonly DeviceTopic[] = ['summary', 'features', 'deviceStatus', 'clockAsk'];

/** Takes what devices publish: checks who may, decodes, counts, hands on. A damaged frame costs itself only. */
export class Intake implements Access<Identity> {
  readonly #deps: IntakeDeps;
  /** The topics that devices may publish on, looked up per message instead of parsed. */
  readonly #routes = new Map<string, { which: TopicName; device: Device }>();
  /** By view of the site. */
  readonly #summaries: readonly SummaryReader[];
  #lastSlot = 0;

  constructor(deps: IntakeDeps) {
    this.#deps = deps;
    const { bundle, config } = deps;
    const bounds = { epoch: config.epoch, maxSamples: config.window.batch };
    this.#summaries = Array.from(
      { length: bundle.architecture.views },
      (_, view) => new SummaryReader(bundle, view, bounds),
    );
    for (const device of deps.devices.devices) {
      for (const which of deviceTopics) this.#routes.set(topic(which, { device: device.name }), { which, device });
    }
  }

  admit(username: string | undefined, password: Uint8Array | undefined): Identity | undefined {
    if (!username) return { device: undefined };
    const device = this.#deps.devices.admit(username, password);
    return device && { device };
  }

  maySubscribe({ device }: Identity, filter: string): boolean {
    if (!device) return true;
    const own = { device: device.name };
    return [topic('edgeStatus'), topic('featureRequest', own), topic('clock', own)].includes(filter);
  }

  onGone({ device }: Identity, bytes: number): void {
    if (device) this.#deps.onDeviceBytes(device, bytes);
  }

  take(identity: Identity | null, message: Message): void | Promise<void> {
    // Null: the broker itself publishes.
    if (identity === null) return undefined;
    const route = this.#routes.get(message.topic);
    if (!route || route.device !== identity.device) {
      throw new AccessError(`${identity.device?.name ?? 'a viewer'} may not publish on ${message.topic}`);
    }
    const { device } = route;
    const { metrics, logger } = this.#deps;
    try {
      switch (route.which) {
        case 'summary':
          this.#countPacket(device, message);
          this.#takeSummary(device, message.payload);
          return undefined;
        case 'features':
          this.#countPacket(device, message);
          return this.#takeFeatures(device, message.payload);
        case 'clockAsk':
          this.#takeClock(device, message.payload);
          return undefined;
        default:
          this.#takeStatus(device, message.payload);
          return undefined;
      }
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      metrics.frames.inc({ kind: route.which, result: error.code });
      logger.warn({ code: error.code, device: device.name, topic: message.topic, err: error.message }, 'frame refused');
      return undefined;
    }
  }

  /** The slot that truncated ones are restored by: the edge's clock, or the latest slot where others trigger. */
  get #clockSlot(): number {
    const { slotMs } = this.#deps.config;
    return slotMs > 0 ? Math.floor(Date.now() / slotMs) : this.#lastSlot;
  }

  #countPacket(device: Device, { topic: name, payload, qos }: Message): void {
    this.#deps.meters[device.view].count('up', name.length, payload.length, qos);
  }

  #takeSummary(device: Device, payload: Uint8Array): void {
    const { config, path, meters, metrics } = this.#deps;
    const clock = this.#clockSlot;
    const bounded = config.slotMs > 0 ? clock : undefined;
    const scoreBytes = this.#summaries[device.view].read(payload, (short, present, scores, offset) => {
      if (device.status?.state !== 'online') {
        metrics.frames.inc({ kind: 'summary', result: 'unfit' });
        return;
      }
      const slot = restoreSlot(short, clock);
      this.#lastSlot = Math.max(this.#lastSlot, slot);
      metrics.frames.inc({
        kind: 'summary',
        result: path.offerSummary(slot, device.view, present, scores, offset, bounded),
      });
    });
    meters[device.view].countPayload(scoreBytes);
  }

  #takeFeatures(device: Device, payload: Uint8Array): Promise<void> {
    const { bundle, config, path, meters, metrics } = this.#deps;
    const { featureBytes } = bundle.shapes.device;
    const clock = this.#clockSlot;
    const offers: Promise<void>[] = [];
    const take = (short: number, body: Uint8Array | null) => {
      meters[device.view].countPayload(body?.length ?? 0);
      // A copy, for the packet's buffer is used again.
      const offered = path.offerFeatures(restoreSlot(short, clock), device.view, body && new Uint8Array(body));
      offers.push(offered.then((result) => metrics.frames.inc({ kind: 'features', result: body ? result : 'gone' })));
    };
    const { batch } = config.window;
    if (bundle.architecture.device.coding === 'arithmetic') {
      decodeCodedFeatures(payload, config.epoch, featureBytes, batch, take);
    } else {
      decodeFeatures(payload, config.epoch, featureBytes, batch, (short, has, offset) =>
        take(short, has ? payload.subarray(offset, offset + featureBytes) : null),
      );
    }
    return Promise.all(offers).then(() => undefined);
  }

  #takeClock(device: Device, payload: Uint8Array): void {
    const { asked } = decodeClock(payload);
    this.#deps.publish(
      topic('clock', { device: device.name }),
      encodeClock(this.#deps.config.epoch, { asked, edge: Date.now() }),
    );
  }

  #takeStatus(device: Device, payload: Uint8Array): void {
    const { bundle, path, logger, onDeviceStatus } = this.#deps;
    const status = decodeStatus(payload);
    const fits = status.view === device.view && status.bundle.every((byte, i) => byte === bundle.hash[i]);
    device.status = status.state === 'online' && !fits ? { ...status, state: 'unfit' } : status;
    if (status.state !== 'offline' && status.view !== device.view) {
      logger.error(
        { code: 'DDNN_EDGE_VIEW', device: device.name },
        `device ${device.name} runs as view ${status.view}, this edge knows it as view ${device.view}`,
      );
    }
    path.setLive(device.view, device.status.state === 'online');
    logger.info({ device: device.name, view: device.view, state: device.status.state }, 'device status');
    onDeviceStatus(device, payload);
  }
}
