import { type Message, MqttListener } from '@ddnn/broker';
import type { Logger } from '@ddnn/process';
import { topic } from '@ddnn/protocol';
import type { CloudMetrics } from '../cloud-metrics.js';
import type { CloudConfig } from '../config.js';
import type { DownTopic } from '../downlink/send-down.js';
import type { EdgeName, Roster } from '../sites/roster.js';
import type { Ingest } from './ingest.js';
import { checkPublish, maySubscribe, type Peer, parsePeer } from './uplink-access.js';

/** The MQTT listener for edges and viewers: who may do what, and the bytes that cross it. */
export class Uplink {
  readonly #roster: Roster;
  readonly #ingest: Ingest;
  readonly #metrics: CloudMetrics;
  readonly #listener: MqttListener<Peer>;
  /** The latest connection of each edge: the will of an older one says nothing about the edge. */
  readonly #latest = new Map<string, Peer>();

  constructor(
    { host, uplink }: CloudConfig,
    parts: { roster: Roster; ingest: Ingest; metrics: CloudMetrics; logger: Logger },
  ) {
    this.#roster = parts.roster;
    this.#ingest = parts.ingest;
    this.#metrics = parts.metrics;
    const { port, maxPacketBytes, maxConnections, drainTimeoutMs } = uplink;
    this.#listener = new MqttListener<Peer>(
      { host, port, setting: 'uplink.port', maxPacketBytes, maxConnections, drainTimeoutMs },
      {
        admit: (username) => this.#admit(username),
        take: (peer, message) => this.#take(peer, message),
        maySubscribe,
      },
      parts.logger,
    );
  }

  /** @returns the port. @throws ProcessError when it cannot be bound */
  start(): Promise<number> {
    return this.#listener.start();
  }

  /** Closes every connection; the edges' wills are taken in before it resolves. */
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
    if (!peer || peer.viewer) return peer;
    if (!this.#roster.admit(peer)) return undefined;
    this.#latest.set(username!, peer);
    return peer;
  }

  async #take(peer: Peer | null, { topic: name, payload, qos }: Message): Promise<void> {
    try {
      const parsed = checkPublish(peer, name);
      const { site, edge } = parsed.peer;
      this.#metrics.countPublish('up', parsed.which, site, name, payload.length, qos);
      if (parsed.which === 'uplinkStatus' && this.#latest.get(`${site}/${edge}`) !== peer) {
        this.#metrics.frames.inc({ kind: parsed.which, result: 'stale' });
        return;
      }
      await this.#ingest.take({ site, edge }, parsed, payload);
    } catch (error) {
      this.#ingest.complain(peer && !peer.viewer ? peer : undefined, 'publish', error);
      throw error;
    }
  }
}
