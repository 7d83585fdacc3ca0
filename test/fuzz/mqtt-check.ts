import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { connect as connectTcp, type Socket } from 'node:net';
import { type Access, MqttListener } from '@ddnn/broker';
import { createLogger } from '@ddnn/process';
import { mqttPacket } from '../../shared/broker/test/clients.js';
import { DIRECT_TOPIC, FORBIDDEN, MAX_PACKET, MAX_PAYLOAD, type MqttStream, SLOW_TOPIC, USER } from './mqtt-bytes.js';

/** Turns of the event loop without anything new after which nothing more will come. */
const QUIET_TURNS = 12;
/** Turns after which a client that is gone is no longer known. */
const LEAVING_TURNS = 50_000;
/** Turns that a slow message takes. */
const SLOW_TURNS = 3;

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** What became of a stream. */
interface Outcome {
  /** What was taken, in order: topic, QoS, payload. */
  readonly taken: readonly string[];
  /** The connection was closed before its sender had ended it. */
  readonly closed: boolean;
  /** Acknowledgements that the sender got; empty where the connection was closed. */
  readonly answers: readonly string[];
}

/** Our ends of the connections, by the sender's port. */
const ends = new Map<number, Socket>();
const noteEnd = (message: unknown) => {
  const { socket } = message as { socket: Socket };
  const port = socket.remotePort!;
  ends.set(port, socket);
  socket.once('close', () => ends.delete(port));
};

/** A listener with the direct lane or without it, whose rooms note what they take. */
class Way {
  readonly #taken: string[] = [];
  readonly #listener: MqttListener<string>;
  #port = 0;
  #slow = 0;

  constructor(lane: boolean) {
    const note = (topic: string, qos: number, payload: Uint8Array) => {
      const text = Buffer.from(payload).toString('latin1');
      if (text === FORBIDDEN) throw new Error('not here');
      this.#taken.push(`${topic} at QoS ${qos}: ${text}`);
    };
    const access: Access<string> = {
      admit: (name) => name,
      nameOf: (name) => name,
      take: (_, { topic, qos, payload }) => {
        note(topic, qos, payload);
        const slow = topic === SLOW_TOPIC || (topic === DIRECT_TOPIC && payload.length % 2 === 1);
        return slow ? this.#beSlow() : undefined;
      },
      maySubscribe: () => true,
      publishRight: () => 'retained',
    };
    const direct: Access<string>['direct'] = () => ({
      topic: DIRECT_TOPIC,
      maxPayloadBytes: MAX_PAYLOAD,
      take: (bytes, offset, length, qos) => note(DIRECT_TOPIC, qos, bytes.subarray(offset, offset + length)),
    });
    const bounds = { takeoverMs: 60_000, maxPacketBytes: MAX_PACKET, maxConnections: 20, drainTimeoutMs: 60_000 };
    this.#listener = new MqttListener(
      { host: '127.0.0.1', port: 0, setting: 'port', ...bounds },
      lane ? { ...access, direct } : access,
      createLogger({ name: 'fuzz', level: 'silent' }),
    );
  }

  async start(): Promise<void> {
    this.#port = await this.#listener.start();
  }

  stop(): Promise<void> {
    return this.#listener.stop();
  }

  async send({ connect, inHurry, pieces, endsAtOnce }: MqttStream): Promise<Outcome> {
    this.#taken.length = 0;
    const socket = connectTcp(this.#port, '127.0.0.1').setNoDelay(true);
    const answers: string[] = [];
    const parser = mqttPacket.parser();
    parser.on('packet', (packet) => {
      const granted = 'granted' in packet ? packet.granted : '';
      if (packet.cmd !== 'publish') answers.push(`${packet.cmd} ${packet.messageId ?? ''} ${granted}`);
    });
    socket.on('data', (bytes) => parser.parse(bytes));
    // The listener may close a connection while it is written to.
    socket.on('error', () => {});
    const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
    while (!ends.has(socket.localPort!)) await turn();
    const end = ends.get(socket.localPort!)!;
    let sent = 0;
    const write = async (bytes: Uint8Array) => {
      sent += bytes.length;
      socket.write(bytes);
      // Each piece is read by itself, so that it is cut where the stream says.
      while (!end.destroyed && end.bytesRead < sent) await turn();
    };
    const [first = new Uint8Array(0), ...rest] = pieces;
    if (inHurry) await write(Buffer.concat([connect, first]));
    else {
      await write(connect);
      while (!end.destroyed && answers.length === 0) await turn();
      await write(first);
    }
    for (const [i, piece] of rest.entries()) {
      if (endsAtOnce && i === rest.length - 1) socket.write(piece);
      else await write(piece);
    }
    if (!endsAtOnce) await this.#quiet(end, socket);
    const closed = endsAtOnce || end.destroyed;
    socket.end();
    await gone;
    while (!end.closed) await turn();
    await this.#quiet(end, socket);
    for (let turns = 0; this.#listener.connections > 0 && turns < LEAVING_TURNS; turns++) await turn();
    const left = this.#listener.connections;
    if (left > 0) throw new Error(`${left} connections outlive their sockets`);
    return { taken: [...this.#taken], closed, answers: closed ? [] : answers.sort() };
  }

  /** Resolves when nothing more comes of what was sent: both ends have read all of it, and some turns bring nothing. */
  async #quiet(end: Socket, socket: Socket): Promise<void> {
    let before = '';
    for (let still = 0; still < QUIET_TURNS; still++) {
      await turn();
      const onTheWay = !end.destroyed && socket.bytesRead < end.bytesWritten;
      const now = `${this.#taken.length} ${this.#slow} ${socket.bytesRead} ${end.bytesWritten} ${end.destroyed}`;
      if (onTheWay || now !== before) still = 0;
      before = now;
    }
  }

  async #beSlow(): Promise<void> {
    this.#slow++;
    for (let turns = 0; turns < SLOW_TURNS; turns++) await turn();
    this.#slow--;
  }
}

/** Two listeners, one with the direct lane and one without: whatever is sent to both, both take the same. */
export class LaneAndParser {
  readonly #lane = new Way(true);
  readonly #parser = new Way(false);
  #streams = 0;

  async start(): Promise<void> {
    subscribe('net.server.socket', noteEnd);
    await Promise.all([this.#lane.start(), this.#parser.start()]);
  }

  async stop(): Promise<void> {
    unsubscribe('net.server.socket', noteEnd);
    await Promise.all([this.#lane.stop(), this.#parser.stop()]);
  }

  /** Sends a stream both ways. Throws where they differ; else says what became of it. */
  async check(stream: MqttStream): Promise<string> {
    const named = { ...stream, connect: this.#named(stream.connect) };
    const [lane, parser] = await Promise.all([this.#lane.send(named), this.#parser.send(named)]);
    if (JSON.stringify(lane) !== JSON.stringify(parser)) {
      throw new Error(`with the lane: ${JSON.stringify(lane)}\nwithout it: ${JSON.stringify(parser)}`);
    }
    const { taken, closed, answers } = lane;
    return `${taken.length} taken, ${closed ? 'closed' : `${answers.length} answers`}`;
  }

  /** A name of its own, for a device is connected once. */
  #named(connect: Uint8Array): Uint8Array {
    const number = String(this.#streams++ % 1_000_000).padStart(6, '0');
    return Buffer.from(Buffer.from(connect).toString('latin1').replace(USER, `device-${number}`), 'latin1');
  }
}
