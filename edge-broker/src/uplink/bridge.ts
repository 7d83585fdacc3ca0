import type { Logger } from '@ddnn/process';
import {
  type Acknowledgement,
  decodeAcknowledgement,
  decodeUplinkRequest,
  decodeVerdicts,
  encodeStatus,
  frameEpoch,
  joinUplinkFeatures,
  MAX_UPLINK_SAMPLES,
  type Status,
  topic,
  type Verdict,
} from '@ddnn/protocol';
import { MqttSession } from '@ddnn/session';
import type { EdgeConfig } from '../config.js';
import type { Entry, EntryKind } from '../outbox/entry.js';
import type { Outbox } from '../outbox/outbox.js';
import type { LinkMeter } from '../traffic/link-meter.js';

/** What the cloud can tell an edge. */
export interface CloudMessages {
  onConnected(): void;
  onDisconnected(): void;
  onVerdicts(verdicts: readonly Verdict[]): void;
  onAcknowledgement(acknowledgement: Acknowledgement): void;
  /** The cloud has no bundle, or another one, for the epoch of that entry: the entry waits for the next connection. */
  onHeld(entry: Entry): void;
  /** The cloud asks for the features of these slots (configuration f). */
  onRequest(slots: readonly number[]): void;
  onBadFrame(error: unknown, topic: string): void;
  /** Another edge is connected under this name. */
  onTaken(): void;
}

/** Stands for the epoch of a frame that has not been read yet. */
const UNKNOWN = -1;

/**
 * The bridge to the cloud: sends the entries of the outbox in order, with a bounded number in flight, and again after a
 * lost link, until the cloud's own acknowledgement comes.
 */
export class Bridge {
  readonly #config: EdgeConfig;
  readonly #views: number;
  readonly #outbox: Outbox;
  readonly #meter: LinkMeter;
  readonly #messages: CloudMessages;
  readonly #logger: Logger;
  /**
   * Entries sent on this connection and not yet acknowledged, with the time of sending; several may have shared a
   * frame.
   */
  readonly #inFlight = new Map<Entry, { readonly sentAt: number; epoch: number }>();
  /** Kinds and epochs for which the cloud has no bundle, on this connection; and the entries of them. */
  readonly #heldEpochs = new Set<string>();
  readonly #held = new Set<Entry>();
  readonly #names;
  /** Undefined: no cloud is configured. */
  readonly #session: MqttSession | undefined;
  #pumping = false;
  #pumpAgain = false;

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
    this.#session = this.#createSession(deps.several);
  }

  get connected(): boolean {
    return this.#session?.connected ?? false;
  }

  /** True, or why the configured cloud is out of reach. */
  get ready(): true | string {
    const ready = this.#session?.ready ?? true;
    if (ready !== true || this.#held.size === 0) return ready;
    return `the cloud has not the bundle that ${this.#held.size} waiting entries are of`;
  }

  /** Entries for which the cloud has no bundle. */
  get held(): number {
    return this.#held.size;
  }

  /** Entries sent and not yet acknowledged. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** Bytes that have crossed the uplink's sockets. */
  get socketBytes(): number {
    return this.#session?.socketBytes ?? 0;
  }

  /** Starts connecting, and goes on until {@link stop}; the cloud need not be there yet. */
  start(offline: Status): void {
    this.#session?.start(encodeStatus(this.#config.epoch, offline));
  }

  /** Sends what waits, as far as the bound on entries in flight allows. */
  pump(): void {
    this.#pumpAgain = true;
    if (this.#pumping) return;
    this.#pumping = true;
    this.#drainOutbox().catch((error: unknown) => this.#logger.error({ err: error }, 'the outbox could not be read'));
  }

  /** An entry need not be sent any more: it was acknowledged or dropped. */
  settled(kind: EntryKind, slot: number): void {
    for (const sent of [this.#inFlight, this.#held]) {
      for (const entry of sent.keys()) if (entry.kind === kind && entry.slot === slot) sent.delete(entry);
    }
    this.pump();
  }

  /** Frames that the cloud did not acknowledge in time are sent again. */
  resendOverdue(now: number): void {
    let overdue = false;
    for (const [entry, { sentAt }] of this.#inFlight) {
      if (now - sentAt < this.#config.uplink.resendMs) break;
      this.#inFlight.delete(entry);
      overdue = true;
    }
    if (overdue) this.pump();
  }

  sendStatus(epoch: number, status: Status): void {
    this.#session?.publish(this.#names.status, encodeStatus(epoch, status), 1, true);
  }

  /** Passes a device's status on, as it came. */
  sendDeviceStatus(device: string, frame: Uint8Array): void {
    const { site, edge } = this.#config;
    this.#session?.publish(topic('uplinkDeviceStatus', { site, edge, device }), frame, 1, true);
  }

  sendTraffic(frame: Uint8Array): void {
    this.#session?.publish(this.#names.traffic, frame, 1);
  }

  /** Publishes *offline*, waits until everything published has been sent, and closes. */
  async stop(epoch: number, offline: Status): Promise<void> {
    await this.#session?.stop(encodeStatus(epoch, offline));
  }

  /** @param several the site has several edges: only then does the cloud ask for features */
  #createSession(several: boolean): MqttSession | undefined {
    const { uplink, site, edge } = this.#config;
    if (uplink.url === undefined) return undefined;
    const { verdict, acknowledgement, request, status } = this.#names;
    const name = `${site}/${edge}`;
    return new MqttSession(
      {
        ...uplink,
        url: uplink.url,
        peer: 'the cloud',
        clientId: name,
        username: name,
        filters: several ? [verdict, acknowledgement, request] : [verdict, acknowledgement],
        statusTopic: status,
      },
      {
        onConnected: () => {
          this.#messages.onConnected();
          this.pump();
        },
        onDisconnected: () => {
          this.#inFlight.clear();
          this.#heldEpochs.clear();
          this.#held.clear();
          this.#messages.onDisconnected();
        },
        onMessage: (topicName, payload, qos) => this.#onMessage(topicName, payload, qos),
        onTaken: () => this.#messages.onTaken(),
      },
      this.#logger,
    );
  }

  async #drainOutbox(): Promise<void> {
    try {
      while (this.#pumpAgain) {
        this.#pumpAgain = false;
        // Samples that became ready together share frames.
        const features: Uint8Array[] = [];
        for (const entry of this.#outbox.entries()) {
          if (!this.connected || this.#inFlight.size >= this.#config.uplink.inFlight) break;
          if ((entry.kind === 'record' && entry.grows) || this.#inFlight.has(entry)) continue;
          if (this.#held.has(entry)) continue;
          const sent = { sentAt: performance.now(), epoch: UNKNOWN };
          this.#inFlight.set(entry, sent);
          const frame = await this.#outbox.read(entry);
          if (frame) sent.epoch = frameEpoch(frame);
          if (!frame) this.#inFlight.delete(entry);
          else if (this.#heldEpochs.has(epochKey(entry.kind, sent.epoch))) this.#hold(entry);
          else if (entry.kind === 'features') features.push(frame);
          else this.#send(this.#names.record, frame);
        }
        for (const frame of joinUplinkFeatures(features)) this.#send(this.#names.uplinkFeatures, frame);
      }
    } finally {
      this.#pumping = false;
    }
  }

  /** Stops sending entries of that epoch; those on their way no longer count as in flight, so others can go. */
  #holdEpoch({ of }: Acknowledgement, epoch: number): void {
    const kind = of === 'record' ? 'record' : 'features';
    this.#heldEpochs.add(epochKey(kind, epoch));
    for (const [entry, sent] of this.#inFlight) if (entry.kind === kind && sent.epoch === epoch) this.#hold(entry);
    this.pump();
  }

  #hold(entry: Entry): void {
    this.#inFlight.delete(entry);
    this.#held.add(entry);
    this.#messages.onHeld(entry);
  }

  #send(name: string, frame: Uint8Array): void {
    // The link broke while the disk was read: the entry stays in the outbox.
    if (!this.#session?.publish(name, frame, 1)) return;
    this.#meter.count('up', name.length, frame.length, 1);
    this.#meter.countPayload(frame.length);
  }

  #onMessage(name: string, payload: Uint8Array, qos: number): void {
    try {
      this.#meter.count('down', name.length, payload.length, qos);
      if (name === this.#names.verdict) {
        // A verdict may belong to a sample from before a rollout, so its epoch is not compared with ours.
        this.#messages.onVerdicts(decodeVerdicts(payload, 'verdict', undefined, this.#views, MAX_UPLINK_SAMPLES));
      } else if (name === this.#names.acknowledgement) {
        const acknowledgement = decodeAcknowledgement(payload, MAX_UPLINK_SAMPLES);
        if (acknowledgement.result === 'held') this.#holdEpoch(acknowledgement, frameEpoch(payload));
        else this.#messages.onAcknowledgement(acknowledgement);
      } else if (name === this.#names.request) {
        this.#messages.onRequest(decodeUplinkRequest(payload, this.#config.epoch, MAX_UPLINK_SAMPLES));
      }
    } catch (error) {
      this.#messages.onBadFrame(error, name);
    }
  }
}

function epochKey(kind: EntryKind, epoch: number): string {
  return `${kind}/${epoch}`;
}
