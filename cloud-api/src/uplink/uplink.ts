import { createListenerMetrics, type Message, MqttListener } from '@ddnn/broker';
import type { Logger } from '@ddnn/process';
import { decodeStatus, topic, topics } from '@ddnn/protocol';
import type { CloudMetrics } from '../cloud-metrics.js';
import type { CloudConfig } from '../config.js';
import type { DownTopic } from '../downlink/send-down.js';
import type { EdgeName, Roster } from '../sites/roster.js';
import type { Ingest } from './ingest.js';
import {
  checkPublish,
  maySubscribe,
  type Peer,
  parsePeer,
  peerName,
  publishRight,
  type UplinkPublish,
} from './uplink-access.js';

/** The MQTT listener for edges and viewers, and the bytes that cross it. */
export class Uplink {
  readonly #roster: Roster;
  readonly #ingest: Ingest;
  readonly #metrics: CloudMetrics;
  readonly #listener: MqttListener<Peer>;

  constructor(
    { host, uplink }: CloudConfig,
    parts: { roster: Roster; ingest: Ingest; metrics: CloudMetrics; logger: Logger },
  ) {
    this.#roster = parts.roster;
    this.#ingest = parts.ingest;
    this.#metrics = parts.metrics;
    // Half of the places are kept for edges, which may connect after the viewers.
    const reservedConnections = Math.min(uplink.maxEdges, Math.ceil(uplink.maxConnections / 2));
    this.#listener = new MqttListener<Peer>(
      { ...uplink, host, setting: 'uplink.port', hostSetting: 'host', reservedConnections },
      {
        admit: (username) => this.#admit(username),
        nameOf: peerName,
        publishRight,
        take: (peer, message) => this.#take(peer, message),
        maySubscribe,
      },
      parts.logger,
    );
    createListenerMetrics(parts.metrics.registry, this.#listener.counts);
  }

  /** @returns the port. @throws ProcessError when it cannot be bound */
  start(): Promise<number> {
    return this.#listener.start();
  }

  /** Closes every connection; resolves after the edges' last wills have been taken in. */
  stop(): Promise<void> {
    return this.#listener.stop();
  }

  /** Sends a frame down to an edge. */
  async send(which: DownTopic, { site, edge }: EdgeName, frame: Uint8Array): Promise<void> {
    const name = topic(which, { site, edge });
    this.#metrics.countPublish('down', which, site, name, frame.length, 1);
    await this.#listener.publish(name, frame, 1);
  }

  #admit(username: string | undefined): Peer | undefined {
    const peer = parsePeer(username);
    return !peer || peer.viewer || this.#roster.admit(peer) ? peer : undefined;
  }

  /** False: the message may not be retained. */
  async #take(peer: Peer, { topic: name, payload, qos }: Message): Promise<boolean> {
    try {
      const parsed = checkPublish(peer, name);
      const { site, edge } = parsed.peer;
      this.#metrics.countPublish('up', parsed.which, site, name, payload.length, qos);
      const worthKeeping = this.#worthKeeping(parsed, parsed.peer, payload);
      await this.#ingest.take({ site, edge }, parsed, payload);
      return worthKeeping;
    } catch (error) {
      this.#ingest.complain(peer.viewer ? undefined : peer, 'publish', error);
      throw error;
    }
  }

  /** Whether it is a status that can be read, of a device that is known or for which there is room. */
  #worthKeeping({ which, names }: UplinkPublish, edge: EdgeName, payload: Uint8Array): boolean {
    if (!topics[which].retained || !this.#roster.hasRoomFor(edge, names.device)) return false;
    try {
      decodeStatus(payload);
      return true;
    } catch {
      // The ingest says what is wrong with it.
      return false;
    }
  }
}
