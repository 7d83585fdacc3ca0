import type { Access, DirectTopic, Message } from '@ddnn/broker';
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
import type { EdgeConfig } from '../config.js';
import type { EdgeMetrics } from '../metrics.js';
import type { SamplePath } from '../samples/sample-path.js';
import type { LinkMeter } from '../traffic/link-meter.js';
import type { Device, DeviceTable } from './device-table.js';
import { createSummaryReaders, type SummaryReader } from './summary-reader.js';

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
  /** Site time in Unix ms at a monotonic time. */
  readonly siteTime: (monotonic: number) => number;
  readonly publish: (topic: string, payload: Uint8Array) => void;
  /** A device's status changed; `frame` is as it came. */
  readonly onDeviceStatus: (device: Device, frame: Uint8Array) => void;
  readonly onDeviceBytes: (device: Device, bytes: number) => void;
}

type DeviceTopic = 'summary' | 'features' | 'deviceStatus' | 'clockAsk';
/** Longer summaries, as of a great many samples, take Aedes' way. */
const MAX_DIRECT_BYTES = 16_000;
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
    this.#summaries = createSummaryReaders(deps.bundle, deps.config.window.batch);
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

  /** A device's summaries: they come with every sample and are not durable. */
  direct({ device }: Identity): DirectTopic | undefined {
    if (!device) return undefined;
    const name = topic('summary', { device: device.name });
    const meter = this.#deps.meters[device.view];
    return {
      topic: name,
      maxPayloadBytes: Math.min(this.#summaries[device.view].maxBytes, MAX_DIRECT_BYTES),
      take: (bytes, offset, length, qos, now) => {
        meter.count('up', name.length, length, qos);
        try {
          this.#takeSummary(device, bytes, offset, length, now);
        } catch (error) {
          this.#refuse('summary', device, name, error);
        }
      },
    };
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
    try {
      switch (route.which) {
        case 'summary':
          this.#countPacket(device, message);
          this.#takeSummary(device, message.payload, 0, message.payload.length, performance.now());
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
      this.#refuse(route.which, device, message.topic, error);
      return undefined;
    }
  }

  /** A damaged frame is counted and told; whatever else went wrong goes on upwards. */
  #refuse(kind: TopicName, device: Device, name: string, error: unknown): void {
    if (!(error instanceof FrameError)) throw error;
    const { metrics, logger } = this.#deps;
    metrics.frames.inc({ kind, result: error.code });
    logger.warn({ code: error.code, device: device.name, topic: name, err: error.message }, 'frame refused');
  }

  /** The slot that truncated ones are restored by: the edge's clock, or the latest slot where others trigger. */
  #referenceSlot(now: number): number {
    const { slotMs } = this.#deps.config;
    return slotMs === 0 ? this.#lastSlot : Math.floor(this.#deps.siteTime(now) / slotMs);
  }

  #countPacket(device: Device, { topic: name, payload, qos }: Message): void {
    this.#deps.meters[device.view].count('up', name.length, payload.length, qos);
  }

  #takeSummary(device: Device, bytes: Uint8Array, offset: number, length: number, now: number): void {
    const { config, path, meters, metrics } = this.#deps;
    const { view } = device;
    const reader = this.#summaries[view];
    reader.open(bytes, offset, length, config.epoch);
    const online = device.status?.state === 'online';
    const clock = this.#referenceSlot(now);
    const bounded = config.slotMs > 0 ? clock : undefined;
    meters[view].countPayload(reader.payloadBytes);
    while (reader.next()) {
      if (!online) {
        metrics.summaries.unfit++;
        continue;
      }
      const slot = restoreSlot(reader.slot, clock);
      if (slot > this.#lastSlot) this.#lastSlot = slot;
      metrics.summaries[path.offerSummary(slot, view, reader.hasBody, reader.scores, reader.body, bounded, now)]++;
    }
  }

  #takeFeatures(device: Device, payload: Uint8Array): Promise<void> {
    const { bundle, config, path, meters, metrics } = this.#deps;
    const { featureBytes } = bundle.shapes.device;
    const clock = this.#referenceSlot(performance.now());
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
      encodeClock(this.#deps.config.epoch, { asked, edge: this.#deps.siteTime(performance.now()) }),
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
