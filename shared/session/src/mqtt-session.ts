import type { Logger } from '@ddnn/process';
import mqtt, { type MqttClient } from 'mqtt';
import { connectionProblem, NAME_TAKEN } from './connection-problem.js';
import { RetryWait } from './retry-wait.js';

/** Whom to connect to, as whom, and how often to try. */
export interface SessionOptions {
  readonly url: string;
  /** What log lines and `/readyz` call the other side, as *the edge*. */
  readonly peer: string;
  readonly clientId: string;
  readonly username: string;
  readonly password?: string | undefined;
  readonly keepaliveSeconds: number;
  /** Mean of the first wait before connecting again, in ms; it doubles with each failure… */
  readonly reconnectMs: number;
  /** …up to this. */
  readonly maxReconnectMs: number;
  readonly filters: readonly string[];
  /** Topic of the retained status of this side; also the topic of the last will. */
  readonly statusTopic: string;
}

/** What a session tells. */
export interface SessionEvents {
  /** Connected, and subscribed: now it may be published. */
  onConnected(): void;
  onDisconnected(): void;
  onMessage(topic: string, payload: Uint8Array, qos: number): void;
  /** The broker said several times in a row that another process is connected under this name. */
  onTaken(): void;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 2_000;
/** How often a reason that has not changed is logged again. */
const REPEAT_MS = 60_000;
/** With fewer refusals, it may be the old connection of this same process, which the broker has not seen end yet. */
const TAKEN_TRIES = 3;

/**
 * The client's side of an MQTT connection that lasts: last will, subscriptions, and a new try after whatever ended the
 * connection before. Each connection has a new client, so nothing from an old one can be sent again or delay a new one.
 * The caller must resend what has to arrive.
 */
export class MqttSession {
  readonly #options: SessionOptions;
  readonly #events: SessionEvents;
  readonly #logger: Logger;
  readonly #retry: RetryWait;
  #offline: Buffer = Buffer.alloc(0);
  #client: MqttClient | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** When the connection was established; undefined: there is none. */
  #connectedAt: number | undefined;
  #problem = 'connecting';
  #failures = 0;
  #toldAt = Number.NEGATIVE_INFINITY;
  #taken = 0;
  #bytesBefore = 0;

  constructor(options: SessionOptions, events: SessionEvents, logger: Logger) {
    this.#options = options;
    this.#events = events;
    this.#logger = logger;
    this.#retry = new RetryWait(options.reconnectMs, options.maxReconnectMs);
  }

  /** Whether it is connected and subscribed. */
  get connected(): boolean {
    return this.#connectedAt !== undefined;
  }

  /** True, or a sentence why there is no connection: a check of `/readyz`. */
  get ready(): true | string {
    return this.connected || `not connected to ${this.#options.peer}: ${this.#problem}`;
  }

  /** Bytes that have crossed the session's sockets. */
  get socketBytes(): number {
    return this.#bytesBefore + (this.#client ? socketBytes(this.#client) : 0);
  }

  /** Starts connecting, and goes on until {@link stop}; the broker need not be there yet. @param offline last will */
  start(offline: Uint8Array): void {
    this.#offline = Buffer.from(offline);
    this.#connect();
  }

  /** Publishes if there is a connection; returns whether there is one. Nothing is kept for a later connection. */
  publish(topic: string, payload: Uint8Array, qos: 0 | 1, retain = false): boolean {
    if (!this.connected) return false;
    this.#client!.publish(topic, payload as Buffer, { qos, retain }, this.#sent);
    return true;
  }

  /** Says *offline*, waits a while until everything sent has arrived, and closes. Does nothing when not started. */
  async stop(offline: Uint8Array): Promise<void> {
    clearTimeout(this.#timer);
    const client = this.#client;
    if (!client) return;
    if (this.connected) await said(client, this.#options.statusTopic, offline);
    clearTimeout(this.#timer);
    this.#forget(client);
    await client.endAsync(true);
  }

  readonly #sent = (error: Error | undefined) => {
    if (error) this.#logger.debug({ err: error.message }, `not sent to ${this.#options.peer}`);
  };

  #connect(): void {
    const { url, clientId, username, password, keepaliveSeconds, filters, statusTopic } = this.#options;
    const client = mqtt.connect(url, {
      clientId,
      username,
      ...(password === undefined ? {} : { password }),
      keepalive: keepaliveSeconds,
      reconnectPeriod: 0,
      connectTimeout: 2 * HANDSHAKE_TIMEOUT_MS,
      queueQoSZero: false,
      resubscribe: false,
      will: { topic: statusTopic, payload: this.#offline, qos: 1, retain: true },
    });
    this.#client = client;
    let problem: unknown;
    // An error of any kind ends this connection for good; `close` follows, and then the next try.
    const giveUp = (error: unknown) => {
      problem ??= error;
      client.end(true);
    };
    this.#timer = setTimeout(() => giveUp('no answer'), HANDSHAKE_TIMEOUT_MS);
    client.on('error', giveUp);
    client.once('close', () => this.#onClose(client, problem ?? 'the other side closed the connection'));
    client.once('connect', () =>
      client.subscribe([...filters], { qos: 1 }, (error) => {
        if (client !== this.#client) return;
        if (error) giveUp(new Error('a subscription was refused'));
        else this.#onSubscribed();
      }),
    );
    client.on('message', (topic, payload, { qos }) => {
      if (client === this.#client) this.#events.onMessage(topic, payload, qos);
    });
  }

  #onSubscribed(): void {
    clearTimeout(this.#timer);
    const { url, peer } = this.#options;
    this.#logger.info({ url, failures: this.#failures }, `connected to ${peer}`);
    this.#connectedAt = performance.now();
    this.#failures = 0;
    this.#taken = 0;
    this.#events.onConnected();
  }

  #onClose(client: MqttClient, problem: unknown): void {
    if (client !== this.#client) return;
    const stoodMs = this.#connectedAt === undefined ? 0 : performance.now() - this.#connectedAt;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#connect(), this.#retry.next(stoodMs));
    this.#tell(connectionProblem(problem));
    this.#forget(client);
    // Ends the calls that still wait for an acknowledgement, which cannot come any more.
    client.end(true);
    this.#taken = (problem as { code?: unknown }).code === NAME_TAKEN ? this.#taken + 1 : 0;
    if (this.#taken === TAKEN_TRIES) this.#events.onTaken();
  }

  /** The connection is over; anything that its client still reports is ignored. */
  #forget(client: MqttClient): void {
    this.#bytesBefore += socketBytes(client);
    this.#client = undefined;
    if (!this.connected) return;
    this.#connectedAt = undefined;
    this.#events.onDisconnected();
  }

  /** Logs a new reason at once, and then only now and then: a try every second must not make a line every second. */
  #tell(problem: string): void {
    const now = performance.now();
    this.#failures++;
    const isNews = problem !== this.#problem || now - this.#toldAt > REPEAT_MS;
    this.#problem = problem;
    if (!isNews) return;
    this.#toldAt = now;
    const { url, peer } = this.#options;
    this.#logger.warn({ err: problem, url, failures: this.#failures }, `no connection to ${peer}`);
  }
}

/** Publishes the last status. If the link breaks now, the last will says the same. */
async function said(client: MqttClient, topic: string, payload: Uint8Array): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
  });
  const sent = client.publishAsync(topic, Buffer.from(payload), { qos: 1, retain: true });
  await Promise.race([sent.then(() => undefined).catch(() => undefined), late]);
  clearTimeout(timer);
}

function socketBytes(client: MqttClient): number {
  const socket = client.stream as { bytesRead?: number; bytesWritten?: number } | undefined;
  return (socket?.bytesRead ?? 0) + (socket?.bytesWritten ?? 0);
}
