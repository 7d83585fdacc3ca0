import { createServer, type Server, type Socket } from 'node:net';
import { LimitedLogger, type Logger, listen } from '@ddnn/process';
import { Aedes, type AedesPublishPacket, type AuthenticateError, type Client, type PublishPacket } from 'aedes';
import type { Access, Message } from './access.js';
import { Admission, ReturnCode } from './admission.js';
import { Audiences, grantedQos } from './audience.js';
import { ConnectionPlaces } from './connection-places.js';
import { DirectLane } from './direct-lane.js';
import { ListenerCounts } from './listener-counts.js';
import { type ListenerBounds, type MqttListenerOptions, withDefaults } from './listener-settings.js';
import { Outlet } from './outlet.js';
import { PacketCap } from './packet-cap.js';
import { PacketIds } from './packet-ids.js';
import { PacketRules } from './packet-rules.js';
import { Session } from './session.js';

const HEARTBEAT_MS = 60_000;
const LOOK_MS = 500;
/** As much as a socket reads at once: a lane that took less would cut more packets in two. Node 22 has this default. */
const READ_BYTES = 65_536;
/** Levels of a topic filter. Our own topics have at most five. */
const MAX_FILTER_LEVELS = 16;

/** An Aedes broker (MQTT 3.1.1) behind a TCP listener, with bounds and access rules. */
export class MqttListener<Identity> {
  /** What was dropped and refused. */
  readonly counts = new ListenerCounts();
  readonly #bounds: ListenerBounds;
  readonly #access: Access<Identity>;
  readonly #log: LimitedLogger;
  readonly #places: ConnectionPlaces<Session<Identity>>;
  readonly #admission: Admission<Identity>;
  readonly #audiences = new Audiences();
  /** Every open connection, also those that have not sent CONNECT. */
  readonly #sessions = new Map<Client, Session<Identity>>();
  #aedes: Aedes | undefined;
  #server: Server | undefined;
  #looking: NodeJS.Timeout | undefined;

  constructor(options: MqttListenerOptions, access: Access<Identity>, logger: Logger) {
    this.#bounds = withDefaults(options);
    this.#access = access;
    this.#log = new LimitedLogger(logger);
    this.#places = new ConnectionPlaces(this.#bounds);
    const { takeoverMs } = this.#bounds;
    this.#admission = new Admission({ access, places: this.#places, counts: this.counts, log: this.#log, takeoverMs });
  }

  /** @returns the port. @throws ProcessError when it cannot be bound */
  async start(): Promise<number> {
    const aedes = await this.#createAedes();
    const server = createServer({ highWaterMark: READ_BYTES }, (socket) => this.#open(aedes, socket));
    let port: number;
    try {
      port = await listen(server, this.#bounds);
    } catch (error) {
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      throw error;
    }
    this.#aedes = aedes;
    this.#server = server;
    this.#looking = setInterval(() => {
      const now = performance.now();
      for (const { outlet } of this.#sessions.values()) outlet.look(now);
    }, LOOK_MS).unref();
    return port;
  }

  /** Connected clients. */
  get connections(): number {
    return [...this.#sessions.values()].filter(({ registered }) => registered).length;
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
    let sum = 0;
    for (const { registered, identity, bytes } of this.#sessions.values()) {
      if (registered && matches(identity!)) sum += bytes;
    }
    return sum;
  }

  /** Closes every connection. Does nothing when not started. */
  async stop(): Promise<void> {
    const [aedes, server] = [this.#aedes, this.#server];
    this.#aedes = undefined;
    this.#server = undefined;
    clearInterval(this.#looking);
    if (!aedes || !server) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    await new Promise<void>((resolve) => aedes.close(() => resolve()));
    // Aedes knows only clients; a connection that sent nothing would delay the stop.
    for (const { socket } of this.#sessions.values()) socket.destroy();
    await closed;
  }

  async #createAedes(): Promise<Aedes> {
    const aedes = await Aedes.createBroker({
      heartbeatInterval: HEARTBEAT_MS,
      connectTimeout: this.#bounds.connectTimeoutMs,
      preConnect: (client, packet, done) => {
        // Without a session: what it sent with its first CONNECT has closed it, and Aedes goes on to a second one.
        const session = this.#sessions.get(client);
        session?.introduce(packet);
        done(null, session !== undefined);
      },
      authenticate: (client, username, password, done) => {
        const session = this.#sessions.get(client)!;
        this.#admission.admit(session, username, password).then(
          (code) => {
            if (code === ReturnCode.accepted) this.#assignLane(session);
            done(code === ReturnCode.accepted ? null : refusal(code), code === ReturnCode.accepted);
          },
          done as (error: AuthenticateError) => void,
        );
      },
      authorizePublish: (client, packet, done) => this.#authorizePublish(client, packet, done),
      authorizeSubscribe: (client, subscription, done) => {
        const session = this.#sessions.get(client);
        const granted = session && this.#subscribes(session, subscription.topic, subscription.qos);
        // The QoS of a message depends on all filters of the client, so `#forward` decides it.
        done(null, granted ? { ...subscription, qos: 2 } : null);
      },
      authorizeForward: (client, packet) => this.#forward(this.#sessions.get(client), packet),
      published: (packet, client, done) => {
        // Null: the broker's own.
        if (client) this.#sessions.get(client)?.lane.passed(packet.topic, packet.qos, -1);
        done();
      },
    });
    aedes.on('client', (client) => {
      const session = this.#sessions.get(client);
      if (session) session.registered = true;
    });
    aedes.on('clientReady', (client) => this.#sessions.get(client)?.lane.open());
    aedes.on('clientDisconnect', (client) => this.#leave(this.#sessions.get(client)));
    aedes.on('unsubscribe', (filters, client) => {
      const session = this.#sessions.get(client);
      if (!session) return;
      for (const filter of filters) {
        if (session.filters.delete(filter)) this.#audiences.update(session, filter);
      }
      session.lane.unsubscribed();
    });
    aedes.on('clientError', (client, error) => this.#closed(client, error, 'client closed'));
    aedes.on('connectionError', (client, error) => {
      this.counts.unknown++;
      this.#closed(client, error, 'connection closed before it said who it is');
    });
    return aedes;
  }

  #open(aedes: Aedes, socket: Socket): void {
    socket.setNoDelay(true);
    const { maxPacketBytes } = this.#bounds;
    const outlet = new Outlet(socket, this.#bounds, this.counts);
    outlet.install();
    const ids = new PacketIds();
    const lane = new DirectLane(socket, outlet, new PacketCap(maxPacketBytes), new PacketRules(ids), maxPacketBytes);
    lane.install();
    const session = new Session<Identity>(socket, outlet, lane, ids, aedes.handle(socket));
    this.#sessions.set(session.client, session);
    // Aedes reports when a client is gone and its last will has been taken. It reports nothing about a connection that
    // never became a client.
    socket.once('close', () => session.registered || this.#leave(session));
    this.#places.enter(session)?.socket.destroy(new Error('it made room for a newer one'));
  }

  #assignLane({ identity, lane, keepaliveSeconds }: Session<Identity>): void {
    const direct = this.#access.direct?.(identity!);
    if (direct) lane.assign(direct, this.#audiences.of(direct.topic, this.#sessions.values()), keepaliveSeconds);
  }

  #authorizePublish(client: Client | null, packet: PublishPacket, done: (error?: Error | null) => void): void {
    // Without a client, or for one that was never let in, there are no rights to check.
    const session = client ? this.#sessions.get(client) : undefined;
    if (session?.identity === undefined) {
      done(new Error('not admitted'));
      return;
    }
    const { identity, lane, socket } = session;
    const access = this.#access;
    // Nothing counts behind DISCONNECT (MQTT 3.1.1, 3.14.4), but Aedes goes on through what came with it in one chunk.
    // The last will comes later, when the client is closed.
    if (socket.destroyed && !session.client.closed) {
      done(new Error('it has said DISCONNECT'));
      return;
    }
    if (lacksId(packet)) {
      done(new Error('a message without its id'));
      return;
    }
    if (packet.retain && access.publishRight(identity, packet.topic) !== 'retained') this.#takeOffRetain(packet);
    // Aedes would forward the flag to subscribers, but for them the message is new (MQTT 3.1.1, 3.3.1-3).
    packet.dup = false;
    lane.passed(packet.topic, packet.qos, 1);
    const go = (worth: unknown) => {
      if (worth === false && packet.retain) this.#takeOffRetain(packet);
      // Aedes acknowledges with the list that it finds here when this returns.
      if (worth === 'unacknowledged') packet.qos = 0;
      done();
    };
    const refuse = (error: Error) => {
      this.counts.refused.publish++;
      done(error);
    };
    try {
      const taken = access.take(identity, packet as Message);
      if (taken instanceof Promise) taken.then(go, refuse);
      else go(taken);
    } catch (error) {
      refuse(error as Error);
    }
  }

  #takeOffRetain(packet: PublishPacket): void {
    packet.retain = false;
    this.counts.refused.retain++;
  }

  #subscribes(session: Session<Identity>, filter: string, qos: number): boolean {
    const { maxFilters, maxFilterBytes } = this.#bounds;
    const { filters, identity, socket } = session;
    if (socket.destroyed || identity === undefined) return false;
    const may =
      // Aedes would acknowledge a shared subscription and then deliver nothing.
      !filter.startsWith('$') &&
      Buffer.byteLength(filter) <= maxFilterBytes &&
      filter.split('/', MAX_FILTER_LEVELS + 1).length <= MAX_FILTER_LEVELS &&
      (filters.has(filter) || filters.size < maxFilters) &&
      this.#access.maySubscribe(identity, filter);
    if (may) {
      filters.set(filter, qos);
      this.#audiences.update(session, filter);
      return true;
    }
    this.counts.refused.filter++;
    const shown = filter.slice(0, 64);
    this.#log.warn(`filter ${session.address}`, { from: session.from, filter: shown }, 'subscription refused');
    // A client that asks again and again costs everybody time.
    if (++session.refusedFilters > maxFilters) socket.destroy(new Error('too many subscriptions refused'));
    return false;
  }

  #forward(session: Session<Identity> | undefined, packet: AedesPublishPacket): AedesPublishPacket | null {
    if (!session) return null;
    const { filters, outlet, ids } = session;
    if (packet.qos > 0) {
      const granted = grantedQos(filters, packet.topic);
      if (granted < 0) return null;
      // Aedes would use the QoS of one filter only: the first that it finds.
      packet.qos = Math.min(packet.qos, granted) as typeof packet.qos;
    }
    if (outlet.full && !outlet.hasRoom(packet.qos)) return null;
    if (packet.qos > 0) {
      // Aedes only counts up, and could use an identifier that another message still has.
      packet.messageId = ids.take();
      if (packet.messageId === 0) {
        outlet.cutOff('it acknowledges nothing');
        return null;
      }
    }
    return packet;
  }

  #closed(client: Client, error: Error, message: string): void {
    const session = this.#sessions.get(client);
    const key = `${message} ${session?.name ?? session?.address}`;
    this.#log.warn(key, { from: session?.from, name: session?.name, err: error.message }, message);
  }

  #leave(session: Session<Identity> | undefined): void {
    if (!session || session.gone) return;
    this.#sessions.delete(session.client);
    this.#audiences.drop(session);
    this.#admission.leave(session);
    session.leave();
    if (session.registered) this.#access.onGone?.(session.identity!, session.bytes);
  }
}

/** A PUBLISH that ends before its id (MQTT 3.1.1, 3.3.2): the parser has taken one from the packet behind it. */
function lacksId(packet: PublishPacket & { readonly length?: number }): boolean {
  return packet.qos > 0 && packet.length !== undefined && packet.length < 4 + Buffer.byteLength(packet.topic);
}

function refusal(returnCode: ReturnCode): AuthenticateError {
  return Object.assign(new Error('connection refused'), { returnCode }) as unknown as AuthenticateError;
}
