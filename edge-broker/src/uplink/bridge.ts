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
import type { EntryKind, EntryName } from '../outbox/entry.js';
import { keyOf } from '../outbox/keys.js';
import type { Outbox } from '../outbox/outbox.js';
import type { LinkMeter } from '../traffic/link-meter.js';

/** What the cloud can tell an edge. */
export interface CloudMessages {
  onConnected(): void;
  onDisconnected(): void;
  onVerdicts(verdicts: readonly Verdict[]): void;
  onAcknowledgement(acknowledgement: Acknowledgement): void;
  /** The cloud has no bundle, or another one, for the epoch of that entry: the entry waits for the next connection. */
  onHeld(entry: EntryName): void;
  /** The cloud asks for the features of these slots (configuration f). */
  onRequest(slots: readonly number[]): void;
  onBadFrame(error: unknown, topic: string): void;
  /** Another edge is connected under this name. */
  onTaken(): void;
}

/** What a bridge works with. */
export interface BridgeDeps {
  readonly views: number;
  /** The site has several edges: only then does the cloud ask for features. */
  readonly several: boolean;
  readonly outbox: Outbox;
  readonly meter: LinkMeter;
  readonly messages: CloudMessages;
  readonly logger: Logger;
}

/** An entry that was sent. */
interface Sent extends EntryName {
  readonly sentAt: number;
  readonly epoch: number;
}

/**
 * The bridge to the cloud: sends the entries of the outbox in order, with a bounded number in flight, and again after a
 * lost link, until the cloud's own acknowledgement comes. Its maps have the keys of the outbox, and are empty without a
 * link.
 */
export class Bridge {
  readonly #config: EdgeConfig;
  readonly #deps: BridgeDeps;
  /** Entries to be sent, in this order. */
  readonly #unsent = new Map<string, EntryName>();
  /** Entries sent and not yet acknowledged, the oldest first; several may have shared a frame. */
  readonly #inFlight = new Map<string, Sent>();
  /** Kinds and epochs for which the cloud has no bundle, and the entries of them. */
  readonly #heldEpochs = new Set<string>();
  readonly #held = new Set<string>();
  readonly #names;
  /** Undefined: no cloud is configured. */
  readonly #session: MqttSession | undefined;
  #pumping = false;

  constructor(config: EdgeConfig, deps: BridgeDeps) {
    this.#config = config;
    this.#deps = deps;
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
    this.#session = this.#createSession();
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

  /** Bytes that have crossed the uplink's sockets. */
  get socketBytes(): number {
    return this.#session?.socketBytes ?? 0;
  }

  /** Starts connecting, and goes on until {@link stop}; the cloud need not be there yet. */
  start(offline: Status): void {
    this.#session?.start(encodeStatus(this.#config.epoch, offline));
  }

  /** Sends an entry: it is new in the outbox, or its frame has changed. */
  add(kind: EntryKind, slot: number): void {
    const key = this.#forget(kind, slot);
    // Without a connection there is nothing to do: the next one begins with all that is in the outbox.
    if (this.connected) this.#unsent.set(key, { kind, slot });
    this.#pump();
  }

  /** Sends all entries of the outbox that were not sent yet, as on a new connection or after its disk had failed. */
  addWaiting(): void {
    if (!this.connected) return;
    for (const entry of this.#deps.outbox.entries()) {
      const key = keyOf(entry.kind, entry.slot);
      const grows = entry.kind === 'record' && entry.grows;
      if (!grows && !this.#inFlight.has(key) && !this.#held.has(key)) this.#unsent.set(key, entry);
    }
    this.#pump();
  }

  /** An entry need not be sent any more: it was acknowledged or dropped. */
  settled(kind: EntryKind, slot: number): void {
    this.#forget(kind, slot);
    this.#pump();
  }

  /** Frames that the cloud did not acknowledge in time are sent again. */
  resendOverdue(now: number): void {
    for (const [key, sent] of this.#inFlight) {
      if (now - sent.sentAt < this.#config.uplink.resendMs) break;
      this.#inFlight.delete(key);
      this.#unsent.set(key, sent);
    }
    this.#pump();
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

  #createSession(): MqttSession | undefined {
    const { uplink, site, edge } = this.#config;
    const { several, messages, logger } = this.#deps;
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
          messages.onConnected();
          this.addWaiting();
        },
        onDisconnected: () => {
          for (const known of [this.#unsent, this.#inFlight, this.#held, this.#heldEpochs]) known.clear();
          messages.onDisconnected();
        },
        onMessage: (topicName, payload, qos) => this.#onMessage(topicName, payload, qos),
        onTaken: () => messages.onTaken(),
      },
      logger,
    );
  }

  /** Sends what waits, as far as the bound on entries in flight allows. */
  #pump(): void {
    // A loop that runs already sees the new entries too.
    if (this.#pumping) return;
    this.#pumping = true;
    this.#sendUnsent().catch((error: unknown) => this.#deps.logger.error({ err: error }, 'the outbox was not sent'));
  }

  async #sendUnsent(): Promise<void> {
    const { outbox, logger } = this.#deps;
    // Samples that became ready together share frames.
    const features: Uint8Array[] = [];
    try {
      for (const [key, entry] of this.#unsent) {
        if (this.#inFlight.size >= this.#config.uplink.inFlight || outbox.failure) break;
        // One after the other, because each entry sent takes a place in flight.
        await this.#sendEntry(key, entry, features).catch((error: unknown) => {
          // Only this entry is left out; the next connection tries it again.
          this.#unsent.delete(key);
          logger.error({ kind: entry.kind, slot: entry.slot, err: error }, 'not readable in the outbox');
        });
      }
    } finally {
      this.#pumping = false;
    }
    for (const frame of joinUplinkFeatures(features)) this.#send(this.#names.uplinkFeatures, frame);
  }

  async #sendEntry(key: string, entry: EntryName, features: Uint8Array[]): Promise<void> {
    const { kind, slot } = entry;
    const { outbox } = this.#deps;
    const frame = await outbox.read(entry);
    // During the read the entry was settled or replaced, or the link was lost.
    if (this.#unsent.get(key) !== entry) return;
    if (!frame) {
      // If it is still being written, it is added again when that is done.
      if (!outbox.failure) this.#unsent.delete(key);
      return;
    }
    const epoch = frameEpoch(frame);
    this.#unsent.delete(key);
    if (this.#heldEpochs.has(`${kind}/${epoch}`)) {
      this.#hold(key, entry);
      return;
    }
    this.#inFlight.set(key, { kind, slot, epoch, sentAt: performance.now() });
    if (kind === 'features') features.push(frame);
    else this.#send(this.#names.record, frame);
  }

  /** Stops sending entries of that epoch; those on their way no longer count as in flight, so others can go. */
  #holdEpoch({ of }: Acknowledgement, epoch: number): void {
    const kind = of === 'record' ? 'record' : 'features';
    this.#heldEpochs.add(`${kind}/${epoch}`);
    for (const [key, sent] of this.#inFlight) if (sent.kind === kind && sent.epoch === epoch) this.#hold(key, sent);
    this.#pump();
  }

  #hold(key: string, entry: EntryName): void {
    this.#inFlight.delete(key);
    this.#held.add(key);
    this.#deps.messages.onHeld(entry);
  }

  #forget(kind: EntryKind, slot: number): string {
    const key = keyOf(kind, slot);
    for (const known of [this.#unsent, this.#inFlight, this.#held]) known.delete(key);
    return key;
  }

  #send(name: string, frame: Uint8Array): void {
    // The link broke while the disk was read: the entry stays in the outbox.
    if (!this.#session?.publish(name, frame, 1)) return;
    const { meter } = this.#deps;
    meter.count('up', name.length, frame.length, 1);
    meter.countPayload(frame.length);
  }

  #onMessage(name: string, payload: Uint8Array, qos: number): void {
    const { messages, meter, views } = this.#deps;
    try {
      meter.count('down', name.length, payload.length, qos);
      if (name === this.#names.verdict) {
        // A verdict may belong to a sample from before a rollout, so its epoch is not compared with ours.
        messages.onVerdicts(decodeVerdicts(payload, 'verdict', undefined, views, MAX_UPLINK_SAMPLES));
      } else if (name === this.#names.acknowledgement) {
        const acknowledgement = decodeAcknowledgement(payload, MAX_UPLINK_SAMPLES);
        if (acknowledgement.result === 'held') this.#holdEpoch(acknowledgement, frameEpoch(payload));
        else messages.onAcknowledgement(acknowledgement);
      } else if (name === this.#names.request) {
        messages.onRequest(decodeUplinkRequest(payload, this.#config.epoch, MAX_UPLINK_SAMPLES));
      }
    } catch (error) {
      messages.onBadFrame(error, name);
    }
  }
}
