import type { Logger } from '@ddnn/process';
import {
  type Acknowledgement,
  decodeAcknowledgement,
  decodeUplinkRequest,
  decodeVerdicts,
  encodeStatus,
  joinUplinkFeatures,
  MAX_UPLINK_SAMPLES,
  type Status,
  topic,
  type Verdict,
} from '@ddnn/protocol';
import mqtt, { type MqttClient, Store } from 'mqtt';
import type { EdgeConfig } from '../config.js';
import type { Outbox } from '../outbox/outbox.js';
import type { Entry, EntryKind } from '../outbox/outbox-entry.js';
import type { LinkMeter } from '../traffic/link-meter.js';

/** What the cloud says. */
export interface CloudMessages {
  onConnected(): void;
  onDisconnected(): void;
  onVerdicts(verdicts: readonly Verdict[]): void;
  onAcknowledgement(acknowledgement: Acknowledgement): void;
  /** It wants the features of these slots (configuration f). */
  onRequest(slots: readonly number[]): void;
  onBadFrame(error: unknown, topic: string): void;
}

const CLOSE_TIMEOUT_MS = 2_000;

/**
 * The bridge to the cloud: sends the outbox in order with a bounded number of entries in flight, again after a lost
 * link, until the cloud's own acknowledgement. mqtt.js keeps nothing for it: its store has no bound and loses on
 * replay.
 */
export class Bridge {
  readonly #config: EdgeConfig;
  readonly #views: number;
  /** Only one edge of several is ever asked for features. */
  readonly #several: boolean;
  readonly #outbox: Outbox;
  readonly #meter: LinkMeter;
  readonly #messages: CloudMessages;
  readonly #logger: Logger;
  /**
   * Entries sent on this connection and not yet acknowledged, with the time of sending; several may have shared a
   * frame.
   */
  readonly #inFlight = new Map<Entry, number>();
  readonly #names;
  #client: MqttClient | undefined;
  #pumping = false;
  #pumpAgain = false;
  #socketBytesBefore = 0;

  constructor(
    config: EdgeConfig,
    deps: {
      views: number;
      several: boolean;
      outbox: Outbox;
      meter: LinkMeter;
      messages: CloudMessages;
      logger: Logger;
    },
  ) {
    this.#config = config;
    this.#views = deps.views;
    this.#several = deps.several;
    this.#outbox = deps.outbox;
    this.#meter = deps.meter;
    this.#messages = deps.messages;
    this.#logger = deps.logger;
    const { site, edge } = config;
    this.#names = {
      status: topic('uplinkStatus', { site, edge }),
      traffic: topic('traffic', { site, edge }),
      verdict: topic('verdict', { site, edge }),
      acknowledgement: topic('acknowledgement', { site, edge }),
      request: topic('uplinkRequest', { site, edge }),
      uplinkFeatures: topic('uplinkFeatures', { site, edge }),
      record: topic('record', { site, edge }),
    };
  }

  get connected(): boolean {
    return this.#client?.connected ?? false;
  }

  /** Entries sent and not yet acknowledged. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** Bytes that have crossed the uplink's sockets. */
  get socketBytes(): number {
    return this.#socketBytesBefore + currentSocketBytes(this.#client);
  }

  /** Starts connecting, and goes on until {@link stop}; the cloud need not be there yet. */
  start(offline: Status): void {
    const { uplink, site, edge, epoch } = this.#config;
    if (uplink.url === undefined) return;
    const client = mqtt.connect(uplink.url, {
      clientId: `${site}-${edge}`,
      username: `${site}/${edge}`,
      keepalive: uplink.keepaliveSeconds,
      reconnectPeriod: uplink.reconnectMs,
      queueQoSZero: false,
      resubscribe: false,
      will: { topic: this.#names.status, payload: Buffer.from(encodeStatus(epoch, offline)), qos: 1, retain: true },
    });
    this.#client = client;
    client.on('connect', () => this.#onConnect(client));
    client.on('close', () => this.#onClose(client));
    client.on('error', (error) =>
      this.#logger.warn({ err: error.message, url: uplink.url }, 'no connection to the cloud'),
    );
    client.on('message', (name, payload, packet) => this.#onMessage(name, payload, packet.qos));
  }

  /** Sends what waits, as far as the bound on entries in flight allows. */
  pump(): void {
    this.#pumpAgain = true;
    if (this.#pumping) return;
    this.#pumping = true;
    this.#drainOutbox().catch((error: unknown) => this.#logger.error({ err: error }, 'the outbox could not be read'));
  }

  /** An entry needs no more sending: acknowledged or dropped. */
  settled(kind: EntryKind, slot: number): void {
    for (const entry of this.#inFlight.keys()) {
      if (entry.kind === kind && entry.slot === slot) this.#inFlight.delete(entry);
    }
    this.pump();
  }

  /** Frames that the cloud did not acknowledge in time are sent again. */
  resendOverdue(now: number): void {
    let overdue = false;
    for (const [entry, sentAt] of this.#inFlight) {
      if (now - sentAt < this.#config.uplink.resendMs) break;
      this.#inFlight.delete(entry);
      overdue = true;
    }
    if (overdue) this.pump();
  }

  sendStatus(epoch: number, status: Status): void {
    this.#publishSession(this.#names.status, encodeStatus(epoch, status), true);
  }

  /** Passes a device's status on, as it came. */
  sendDeviceStatus(device: string, frame: Uint8Array): void {
    const { site, edge } = this.#config;
    this.#publishSession(topic('uplinkDeviceStatus', { site, edge, device }), frame, true);
  }

  sendTraffic(frame: Uint8Array): void {
    this.#publishSession(this.#names.traffic, frame, false);
  }

  /** Says *offline*, waits until everything sent has left, and closes. */
  async stop(epoch: number, offline: Status): Promise<void> {
    const client = this.#client;
    if (!client) return;
    if (client.connected) {
      const frame = Buffer.from(encodeStatus(epoch, offline));
      const said = client.publishAsync(this.#names.status, frame, { qos: 1, retain: true });
      // A link that breaks now says the same by the last will.
      await Promise.race([
        said.catch(() => undefined),
        new Promise((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS)),
      ]);
    }
    this.#client = undefined;
    await client.endAsync(true);
  }

  async #drainOutbox(): Promise<void> {
    try {
      while (this.#pumpAgain) {
        this.#pumpAgain = false;
        // What became ready together goes up together.
        const features: Uint8Array[] = [];
        for (const entry of this.#outbox.entries()) {
          if (!this.connected || this.#inFlight.size >= this.#config.uplink.inFlight) break;
          if (entry.grows || this.#inFlight.has(entry)) continue;
          this.#inFlight.set(entry, performance.now());
          const frame = await this.#outbox.read(entry);
          if (!frame) this.#inFlight.delete(entry);
          else if (entry.kind === 'features') features.push(frame);
          else this.#send(this.#names.record, frame);
        }
        for (const frame of joinUplinkFeatures(features)) this.#send(this.#names.uplinkFeatures, frame);
      }
    } finally {
      this.#pumping = false;
    }
  }

  #send(name: string, frame: Uint8Array): void {
    // A link that broke while the disk was read: it stays in the outbox.
    if (!this.connected) return;
    this.#meter.count('up', name.length, frame.length, 1);
    this.#meter.countPayload(frame.length);
    this.#client!.publish(name, frame as Buffer, { qos: 1 }, (error) => {
      if (error) this.#logger.debug({ err: error.message, topic: name }, 'not sent, it stays in the outbox');
    });
  }

  #publishSession(name: string, frame: Uint8Array, retain: boolean): void {
    if (!this.connected) return;
    this.#client!.publish(name, frame as Buffer, { qos: 1, retain }, (error) => {
      if (error) this.#logger.debug({ err: error.message, topic: name }, 'not sent');
    });
  }

  #onConnect(client: MqttClient): void {
    this.#inFlight.clear();
    const { verdict, acknowledgement, request } = this.#names;
    const filters = this.#several ? [verdict, acknowledgement, request] : [verdict, acknowledgement];
    client.subscribe(filters, { qos: 1 }, (error) => {
      if (error) {
        this.#logger.warn({ err: error.message }, 'the cloud refused a subscription');
        return;
      }
      this.#messages.onConnected();
      this.pump();
    });
  }

  #onClose(client: MqttClient): void {
    this.#socketBytesBefore += currentSocketBytes(client);
    this.#inFlight.clear();
    // mqtt.js would send all of it again, one by one, before it lets our own frames and subscriptions pass.
    client.outgoingStore = new Store();
    client.options.reconnectPeriod = this.#config.uplink.reconnectMs * (0.5 + Math.random());
    this.#messages.onDisconnected();
  }

  #onMessage(name: string, payload: Uint8Array, qos: number): void {
    try {
      this.#meter.count('down', name.length, payload.length, qos);
      if (name === this.#names.verdict) {
        // A verdict may be of a sample from before a rollout, so its epoch is not held against ours.
        this.#messages.onVerdicts(decodeVerdicts(payload, 'verdict', undefined, this.#views, MAX_UPLINK_SAMPLES));
      } else if (name === this.#names.acknowledgement) {
        this.#messages.onAcknowledgement(decodeAcknowledgement(payload, MAX_UPLINK_SAMPLES));
      } else if (name === this.#names.request) {
        this.#messages.onRequest(decodeUplinkRequest(payload, this.#config.epoch, MAX_UPLINK_SAMPLES));
      }
    } catch (error) {
      this.#messages.onBadFrame(error, name);
    }
  }
}

function currentSocketBytes(client: MqttClient | undefined): number {
  const socket = client?.stream as { bytesRead?: number; bytesWritten?: number } | undefined;
  return (socket?.bytesRead ?? 0) + (socket?.bytesWritten ?? 0);
}
