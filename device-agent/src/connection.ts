import type { Logger } from '@ddnn/process';
import { decodeStatus, encodeStatus, type Status, topic, topics } from '@ddnn/protocol';
import { MqttSession } from '@ddnn/session';
import type { AgentConfig } from './config.js';

/** Called with what the edge sends. */
export interface EdgeMessages {
  onConnected(): void;
  onDisconnected(): void;
  onEdgeStatus(status: ReturnType<typeof decodeStatus>): void;
  onFeatureRequest(frame: Uint8Array): void;
  onClock(frame: Uint8Array): void;
  /** A frame that could not be read: counted, never fatal. */
  onBadFrame(error: unknown, topic: string): void;
  /** Another agent runs under this name. */
  onTaken(): void;
}

/**
 * The messages between an agent and its edge. An agent stores nothing for later: a late summary is of no use, and the
 * edge asks for features again.
 */
export class EdgeConnection {
  readonly #messages: EdgeMessages;
  readonly #topics;
  readonly #session: MqttSession;

  constructor({ edge, device }: AgentConfig, messages: EdgeMessages, logger: Logger) {
    this.#messages = messages;
    this.#topics = {
      summary: topic('summary', { device }),
      features: topic('features', { device }),
      status: topic('deviceStatus', { device }),
      clockAsk: topic('clockAsk', { device }),
      edgeStatus: topic('edgeStatus'),
      featureRequest: topic('featureRequest', { device }),
      clock: topic('clock', { device }),
    };
    const { edgeStatus, featureRequest, clock, status } = this.#topics;
    const options = {
      ...edge,
      peer: 'the edge',
      clientId: device,
      username: device,
      password: edge.token,
      filters: [edgeStatus, featureRequest, clock],
      statusTopic: status,
    };
    const onMessage = (name: string, payload: Uint8Array) => this.#onMessage(name, payload);
    this.#session = new MqttSession(options, { ...messages, onMessage }, logger);
  }

  /** Starts connecting, and goes on until {@link stop}; the edge need not be there yet. */
  start(offline: Status): void {
    this.#session.start(encodeStatus(0, offline));
  }

  /** True, or why there is no connection. */
  get ready(): true | string {
    return this.#session.ready;
  }

  sendSummary(frame: Uint8Array): void {
    this.#session.publish(this.#topics.summary, frame, topics.summary.qos);
  }

  sendFeatures(frame: Uint8Array): void {
    this.#session.publish(this.#topics.features, frame, topics.features.qos);
  }

  sendStatus(epoch: number, status: Status): void {
    this.#session.publish(this.#topics.status, encodeStatus(epoch, status), topics.deviceStatus.qos, true);
  }

  sendClockAsk(frame: Uint8Array): void {
    this.#session.publish(this.#topics.clockAsk, frame, topics.clockAsk.qos);
  }

  /** Publishes *offline* and closes. */
  stop(epoch: number, offline: Status): Promise<void> {
    return this.#session.stop(encodeStatus(epoch, offline));
  }

  #onMessage(name: string, payload: Uint8Array): void {
    try {
      if (name === this.#topics.featureRequest) this.#messages.onFeatureRequest(payload);
      else if (name === this.#topics.edgeStatus) this.#messages.onEdgeStatus(decodeStatus(payload));
      else if (name === this.#topics.clock) this.#messages.onClock(payload);
    } catch (error) {
      this.#messages.onBadFrame(error, name);
    }
  }
}
