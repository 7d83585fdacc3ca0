import type { Logger } from '@ddnn/process';
import { decodeStatus, encodeStatus, type Status, topic, topics } from '@ddnn/protocol';
import mqtt, { type MqttClient } from 'mqtt';
import type { AgentConfig } from './config.js';

/** What the edge says, handed to the agent. */
export interface EdgeMessages {
  onConnected(): void;
  onDisconnected(): void;
  onEdgeStatus(status: ReturnType<typeof decodeStatus>): void;
  onFeatureRequest(frame: Uint8Array): void;
  onClock(frame: Uint8Array): void;
  /** A frame that could not be read: counted, never fatal. */
  onBadFrame(error: unknown, topic: string): void;
}

const CLOSE_TIMEOUT_MS = 1_000;

/** The agent's MQTT session: subscriptions, last will, reconnecting with jitter. */
export class EdgeConnection {
  readonly #config: AgentConfig;
  readonly #messages: EdgeMessages;
  readonly #logger: Logger;
  readonly #topics;
  #client: MqttClient | undefined;

  constructor(config: AgentConfig, messages: EdgeMessages, logger: Logger) {
    this.#config = config;
    this.#messages = messages;
    this.#logger = logger;
    const { device } = config;
    this.#topics = {
      summary: topic('summary', { device }),
      features: topic('features', { device }),
      status: topic('deviceStatus', { device }),
      clockAsk: topic('clockAsk', { device }),
      edgeStatus: topic('edgeStatus'),
      featureRequest: topic('featureRequest', { device }),
      clock: topic('clock', { device }),
    };
  }

  /** Starts connecting, and goes on until {@link stop}; the broker need not be there yet. */
  start(offline: Status): void {
    const { edge, device } = this.#config;
    const client = mqtt.connect(edge.url, {
      clientId: device,
      username: device,
      ...(edge.token === undefined ? {} : { password: edge.token }),
      keepalive: edge.keepaliveSeconds,
      reconnectPeriod: edge.reconnectMs,
      queueQoSZero: false,
      will: { topic: this.#topics.status, payload: Buffer.from(encodeStatus(0, offline)), qos: 1, retain: true },
    });
    this.#client = client;
    client.on('connect', () => this.#onConnect(client));
    client.on('close', () => {
      // Devices that lost one broker together must not come back together.
      client.options.reconnectPeriod = edge.reconnectMs * (0.5 + Math.random());
      this.#messages.onDisconnected();
    });
    client.on('error', (error) =>
      this.#logger.warn({ err: error.message, url: edge.url }, 'no connection to the edge'),
    );
    client.on('message', (name, payload) => this.#onMessage(name, payload));
  }

  get connected(): boolean {
    return this.#client?.connected ?? false;
  }

  sendSummary(frame: Uint8Array): void {
    this.#publish(this.#topics.summary, frame, topics.summary.qos, false);
  }

  sendFeatures(frame: Uint8Array): void {
    this.#publish(this.#topics.features, frame, topics.features.qos, false);
  }

  sendStatus(epoch: number, status: Status): void {
    this.#publish(this.#topics.status, encodeStatus(epoch, status), topics.deviceStatus.qos, true);
  }

  sendClockAsk(frame: Uint8Array): void {
    this.#publish(this.#topics.clockAsk, frame, topics.clockAsk.qos, false);
  }

  /** Says *offline* and closes. */
  async stop(epoch: number, offline: Status): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (!client) return;
    if (client.connected) {
      const said = client.publishAsync(this.#topics.status, Buffer.from(encodeStatus(epoch, offline)), {
        qos: 1,
        retain: true,
      });
      // A link that breaks now says the same by the last will.
      await Promise.race([
        said.catch(() => undefined),
        new Promise((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS)),
      ]);
    }
    await client.endAsync(true);
  }

  #onConnect(client: MqttClient): void {
    const { edgeStatus, featureRequest, clock } = this.#topics;
    client.subscribe([edgeStatus, featureRequest, clock], { qos: 1 }, (error) => {
      if (error) this.#logger.warn({ err: error.message }, 'the edge refused a subscription');
      else this.#messages.onConnected();
    });
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

  #publish(name: string, frame: Uint8Array, qos: 0 | 1, retain: boolean): void {
    // An agent does not store and forward: a summary that is late is worth nothing, and features are asked for again.
    if (!this.connected) return;
    this.#client!.publish(name, frame as Buffer, { qos, retain }, (error) => {
      if (error) this.#logger.debug({ err: error.message, topic: name }, 'not sent');
    });
  }
}
