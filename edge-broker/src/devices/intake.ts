import type { Access, DirectTopic, Message, PublishRight } from '@ddnn/broker';
import { LimitedLogger } from '@ddnn/process';
import {
  decodeClock,
  decodeCodedFeatures,
  decodeFeatures,
  encodeClock,
  FrameError,
  restoreSlot,
  topic,
} from '@ddnn/protocol';
import type { EdgeConfig } from '../config.js';
import { EdgeError } from '../edge-error.js';
import type { EdgeMetrics } from '../metrics.js';
import type { FeatureOffer } from '../samples/sample-path.js';
import type { LinkMeter } from '../traffic/link-meter.js';
import type { DeviceTopic } from './device-access.js';
import { type StatusDeps, takeStatus } from './device-status.js';
import type { Device, DeviceTable } from './device-table.js';
import { openAccess } from './open-access.js';
import { createSummaryReaders, type SummaryReader } from './summary-reader.js';
import { viewerAccess } from './viewer-access.js';

/** Who is connected: one of this edge's devices, or a viewer. */
export type Identity = { readonly device: Device } | { readonly device: undefined };

/** What the intake needs of its surroundings. */
export interface IntakeDeps extends StatusDeps {
  readonly config: EdgeConfig;
  readonly devices: DeviceTable;
  readonly meters: readonly LinkMeter[];
  readonly metrics: EdgeMetrics;
  /** Site time in Unix ms at a monotonic time. */
  readonly siteTime: (monotonic: number) => number;
  readonly publish: (topic: string, payload: Uint8Array) => void;
  readonly onDeviceBytes: (device: Device, bytes: number) => void;
}

/** Longer summaries (a great many samples in one frame) go through Aedes. */
const MAX_DIRECT_BYTES = 16_000;

/** Takes what devices publish: decodes, counts, and hands it on. A damaged frame has no effect but its count. */
export class Intake implements Access<Identity> {
  readonly #deps: IntakeDeps;
  readonly #log: LimitedLogger;
  /** By view of the site. */
  readonly #summaries: readonly SummaryReader[];
  #lastSlot = 0;

  constructor(deps: IntakeDeps) {
    this.#deps = deps;
    this.#summaries = createSummaryReaders(deps.bundle, deps.config.window.batch);
    this.#log = new LimitedLogger(deps.logger);
  }

  admit(username: string | undefined, password: Uint8Array | undefined): Identity | undefined {
    if (!username) return { device: undefined };
    const { devices, config } = this.#deps;
    const device = devices.admit(username, password);
    if (device) return { device };
    // Without rules too, nobody else may use the name of a device.
    return config.mqtt.open && !devices.has(username) ? { device: undefined } : undefined;
  }

  maySubscribe({ device }: Identity, filter: string): boolean {
    return this.#rulesOf(device).maySubscribe(filter);
  }

  publishRight({ device }: Identity, name: string): PublishRight {
    return this.#rulesOf(device).publishRight(name);
  }

  /** A device may be connected only once. */
  nameOf({ device }: Identity): string | undefined {
    return device?.name;
  }

  /** A device's summaries are its direct topic: they come with every sample and need not be written to disk. */
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

  take({ device }: Identity, message: Message): undefined | false | Promise<'unacknowledged' | undefined> {
    const which = (device?.access ?? viewerAccess).published(message.topic);
    if (!device || !which) {
      if (this.#deps.config.mqtt.open && openAccess.takes(message.topic)) return undefined;
      throw new EdgeError('DDNN_EDGE_ACCESS', `${device?.name ?? 'a viewer'} may not publish on ${message.topic}`);
    }
    try {
      switch (which) {
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
        case 'deviceStatus':
          takeStatus(device, message.payload, this.#deps);
          return undefined;
      }
    } catch (error) {
      this.#refuse(which, device, message.topic, error);
      // A status that can't be read is not retained.
      return false;
    }
  }

  #rulesOf(device: Device | undefined) {
    return this.#deps.config.mqtt.open ? openAccess : (device?.access ?? viewerAccess);
  }

  /** A damaged frame is counted and logged; any other error is thrown. */
  #refuse(kind: DeviceTopic, device: Device, name: string, error: unknown): void {
    if (!(error instanceof FrameError)) throw error;
    this.#deps.metrics.frames.inc({ kind, result: error.code });
    const details = { code: error.code, device: device.name, topic: name, err: error.message };
    this.#log.warn(`${name} ${error.code}`, details, 'frame refused');
  }

  /**
   * The slot near which 15-bit slots are restored: by the edge's clock, or the latest slot if slots are triggered from
   * outside.
   */
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
        metrics.countSummary('unfit');
        continue;
      }
      const slot = restoreSlot(reader.slot, clock);
      if (slot > this.#lastSlot) this.#lastSlot = slot;
      metrics.countSummary(path.offerSummary(slot, view, reader.hasBody, reader.scores, reader.body, bounded, now));
    }
  }

  /** Features that could not be written to disk are not acknowledged. */
  #takeFeatures(device: Device, payload: Uint8Array): Promise<'unacknowledged' | undefined> {
    const { bundle, config, path, meters, metrics } = this.#deps;
    const { featureBytes } = bundle.shapes.device;
    const clock = this.#referenceSlot(performance.now());
    const offers: Promise<FeatureOffer>[] = [];
    const take = (short: number, body: Uint8Array | null) => {
      meters[device.view].countPayload(body?.length ?? 0);
      // A copy, because the packet's buffer will be used again.
      const offered = path.offerFeatures(restoreSlot(short, clock), device.view, body && new Uint8Array(body));
      const counted = offered.then((result) => {
        metrics.frames.inc({ kind: 'features', result: body ? result : 'gone' });
        return result;
      });
      offers.push(counted);
    };
    const { batch } = config.window;
    if (bundle.architecture.device.coding === 'arithmetic') {
      decodeCodedFeatures(payload, config.epoch, featureBytes, batch, take);
    } else {
      decodeFeatures(payload, config.epoch, featureBytes, batch, (short, has, offset) =>
        take(short, has ? payload.subarray(offset, offset + featureBytes) : null),
      );
    }
    return Promise.all(offers).then((all) => (all.includes('unwritten') ? 'unacknowledged' : undefined));
  }

  #takeClock(device: Device, payload: Uint8Array): void {
    const { asked } = decodeClock(payload);
    this.#deps.publish(
      topic('clock', { device: device.name }),
      encodeClock(this.#deps.config.epoch, { asked, edge: this.#deps.siteTime(performance.now()) }),
    );
  }
}
