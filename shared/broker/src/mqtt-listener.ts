import { createServer, type Server, type Socket } from 'node:net';
import { type Logger, listen } from '@ddnn/process';
import { Aedes, type AuthenticateError, type Client } from 'aedes';
import { type Audience, DirectLane } from './direct-lane.js';
import type { DirectTopic } from './direct-topic.js';
import { Outlet } from './outlet.js';
import { PacketCap } from './packet-cap.js';
import { Subscribers } from './subscribers.js';

/** A message as it reaches {@link Access.take}. */
export interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
}

/** Who may do what. `Identity` is whatever the room knows a client by; null is a will of a client that is gone. */
export interface Access<Identity> {
  /** The identity behind those credentials, or undefined: refused (MQTT 3.1.1, 3.2.2.3: return code 5). */
  admit(username: string | undefined, password: Uint8Array | undefined): Identity | undefined;
  /**
   * Takes a published message. An error closes the publisher's connection. A QoS 1 message is acknowledged only once
   * this has returned or its promise resolved: what must be durable is written here.
   */
  take(identity: Identity | null, message: Message): void | Promise<void>;
  maySubscribe(identity: Identity, filter: string): boolean;
  /** The topic of this client that is taken straight from its socket, past Aedes, where there is one. */
  direct?(identity: Identity): DirectTopic | undefined;
  /** A client's connection is gone. `bytes`: all that crossed its socket. */
  onGone?(identity: Identity, bytes: number): void;
}

/** Where to listen, and within which bounds. */
export interface MqttListenerOptions {
  readonly host: string;
  readonly port: number;
  /** Path of the setting that says so, for the message when the port is taken. */
  readonly setting: string;
  readonly maxPacketBytes: number;
  readonly maxConnections: number;
  readonly drainTimeoutMs: number;
}

const HEARTBEAT_MS = 60_000;
const CONNECT_TIMEOUT_MS = 10_000;

/** An Aedes broker (MQTT 3.1.1) behind a TCP listener, with bounds and access rules. */
export class MqttListener<Identity> {
  readonly #options: MqttListenerOptions;
  readonly #access: Access<Identity>;
  readonly #logger: Logger;
  readonly #identities = new WeakMap<Client, Identity>();
  readonly #clients = new Map<Client, Identity>();
  readonly #subscribers = new Subscribers<Client>();
  readonly #lanes = new WeakMap<Client, DirectLane>();
  readonly #outlets = new WeakMap<Client, Outlet>();
  readonly #keepalives = new WeakMap<Client, number>();
  #aedes: Aedes | undefined;
  #server: Server | undefined;
  /** Every open socket, of clients and of those that have not said who they are. */
  readonly #sockets = new Set<Socket>();

  constructor(options: MqttListenerOptions, access: Access<Identity>, logger: Logger) {
    this.#options = options;
    this.#access = access;
    this.#logger = logger;
  }

  /** @returns the port. @throws ProcessError when it cannot be bound */
  async start(): Promise<number> {
    const { maxPacketBytes, maxConnections, drainTimeoutMs } = this.#options;
    const aedes = await Aedes.createBroker({
      drainTimeout: drainTimeoutMs,
      heartbeatInterval: HEARTBEAT_MS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      preConnect: (client, packet, done) => {
        this.#keepalives.set(client, packet.keepalive ?? 0);
        // Aedes queues for persistent sessions without bound; who was away reads the retained state instead.
        packet.clean = true;
        done(null, true);
      },
      authenticate: (client, username, password, done) => this.#authenticate(client, username, password, done),
      authorizePublish: (client, packet, done) => this.#authorizePublish(client, packet as Message, done),
      authorizeSubscribe: (client, subscription, done) => {
        // Aedes would acknowledge a shared subscription and then deliver nothing.
        const refused = subscription.topic.startsWith('$') || !this.#allowed(client, subscription.topic);
        if (refused) this.#logger.warn({ client: client.id, filter: subscription.topic }, 'subscription refused');
        done(null, refused ? null : subscription);
      },
      published: (packet, client, done) => {
        // Null: the broker's own.
        if (client) this.#lanes.get(client)?.passed(packet.topic, packet.qos, -1);
        done();
      },
    });
    aedes.on('client', (client) => this.#clients.set(client, this.#identities.get(client)!));
    aedes.on('clientReady', (client) => this.#lanes.get(client)!.open());
    aedes.on('clientDisconnect', (client) => this.#onGone(client));
    aedes.on('subscribe', (subscriptions, client) => {
      for (const { topic, qos } of subscriptions) this.#subscribers.add(client, topic, qos);
    });
    aedes.on('unsubscribe', (filters, client) => {
      for (const filter of filters) this.#subscribers.remove(client, filter);
    });
    aedes.on('clientError', (client, error) =>
      this.#logger.warn({ client: client.id, err: error.message }, 'client closed'),
    );
    aedes.on('connectionError', (client, error) =>
      this.#logger.debug({ client: client.id, err: error.message }, 'connection closed'),
    );
    const audience = this.#audience();
    const server = createServer((socket) => {
      socket.setNoDelay(true);
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      const outlet = new Outlet(socket, drainTimeoutMs);
      const lane = new DirectLane(socket, outlet, new PacketCap(maxPacketBytes), { audience, maxPacketBytes });
      lane.install();
      const client = aedes.handle(socket);
      this.#outlets.set(client, outlet);
      this.#lanes.set(client, lane);
    });
    server.maxConnections = maxConnections;
    let port: number;
    try {
      port = await listen(server, this.#options);
    } catch (error) {
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      throw error;
    }
    this.#aedes = aedes;
    this.#server = server;
    return port;
  }

  /** Connected clients. */
  get connections(): number {
    return this.#clients.size;
  }

  /** Publishes in the broker's own name; resolves when Aedes has taken it. */
  publish(topic: string, payload: Uint8Array, qos: 0 | 1, retain = false): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.#aedes) return resolve();
      const packet = { cmd: 'publish' as const, topic, payload: Buffer.from(payload), qos, retain, dup: false };
      this.#aedes.publish(packet, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Bytes that have crossed the sockets of the connected clients of that identity. */
  socketBytes(matches: (identity: Identity) => boolean): number {
    let bytes = 0;
    for (const [client, identity] of this.#clients) if (matches(identity)) bytes += socketBytes(client);
    return bytes;
  }

  /** Closes every connection. Does nothing when not started. */
  async stop(): Promise<void> {
    const [aedes, server] = [this.#aedes, this.#server];
    this.#aedes = undefined;
    this.#server = undefined;
    if (!aedes || !server) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    await new Promise<void>((resolve) => aedes.close(() => resolve()));
    // Aedes knows clients only; whoever connected and said nothing would hold up the stop.
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #authenticate(
    client: Client,
    username: string | undefined,
    password: Uint8Array | undefined,
    done: (error: AuthenticateError | null, success: boolean | null) => void,
  ): void {
    const identity = this.#access.admit(username, password);
    if (identity === undefined) {
      this.#logger.warn({ client: client.id, username }, 'credentials refused');
      done(null, false);
      return;
    }
    this.#identities.set(client, identity);
    const direct = this.#access.direct?.(identity);
    if (direct) this.#lanes.get(client)!.assign(direct, this.#keepalives.get(client)!);
    done(null, true);
  }

  #authorizePublish(client: Client | null, message: Message, done: (error?: Error | null) => void): void {
    const identity = client ? this.#identities.get(client) : null;
    if (identity === undefined) {
      done(new Error('not admitted'));
      return;
    }
    if (client) this.#lanes.get(client)?.passed(message.topic, message.qos, 1);
    try {
      const taken = this.#access.take(identity, message);
      if (taken) taken.then(() => done(), done);
      else done();
    } catch (error) {
      done(error as Error);
    }
  }

  #allowed(client: Client, filter: string): boolean {
    const identity = this.#identities.get(client);
    return identity !== undefined && this.#access.maySubscribe(identity, filter);
  }

  #audience(): Audience {
    const [subscribers, outlets] = [this.#subscribers, this.#outlets];
    return {
      get version() {
        return subscribers.version;
      },
      of(topic) {
        const found = subscribers.of(topic);
        return {
          outlets: [...found.keys()].map((client) => outlets.get(client)!),
          plainOnly: [...found.values()].some((granted) => granted > 0),
        };
      },
    };
  }

  #onGone(client: Client): void {
    this.#subscribers.drop(client);
    const identity = this.#clients.get(client);
    if (identity === undefined) return;
    this.#clients.delete(client);
    this.#access.onGone?.(identity, socketBytes(client));
  }
}

function socketBytes(client: Client): number {
  const socket = client.conn as Socket;
  return socket.bytesRead + socket.bytesWritten;
}
