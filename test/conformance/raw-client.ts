import { connect, type Socket } from 'node:net';
import mqttPacket, { type IPublishPacket, type Packet } from 'mqtt-packet';

/** A packet as it came: of its fields those that its kind has. */
export interface Received {
  readonly cmd: string;
  readonly returnCode?: number;
  readonly sessionPresent?: boolean;
  readonly messageId?: number;
  readonly granted?: readonly number[];
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  readonly dup: boolean;
}

/** Tests wait for what must come, however slow the machine is; this only ends what would never come. */
const PATIENCE_MS = 240_000;

/** What a client sends: a packet, or bare bytes. */
export type Part = Packet | readonly number[] | Uint8Array;

/** A client that speaks bytes: it sends what it is told, legal or not, and answers to nothing by itself. */
export class RawClient {
  /** What the server sent and nobody has taken yet. */
  readonly received: Received[] = [];
  /** Every byte that the server sent. */
  readonly bytes: Buffer[] = [];
  readonly #socket: Socket;
  #closed = false;
  #woken = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    const parser = mqttPacket.parser();
    parser.on('packet', (packet) => {
      this.received.push(packet as unknown as Received);
      this.#woken();
    });
    socket.on('data', (chunk) => {
      this.bytes.push(chunk);
      parser.parse(chunk);
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#closed = true;
      this.#woken();
    });
  }

  static async open(port: number): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1');
    const client = new RawClient(socket);
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return client;
  }

  /** Sends packets and bare bytes in one piece. */
  send(...parts: Part[]): void {
    this.#socket.write(
      Buffer.concat(parts.map((part) => ('cmd' in part ? mqttPacket.generate(part) : Buffer.from(part)))),
    );
  }

  /** Publishes at QoS 1 or 2, and sees it through. */
  async deliver(packet: IPublishPacket): Promise<void> {
    const { qos, messageId } = packet;
    this.send(packet);
    await this.next(qos === 1 ? 'puback' : 'pubrec');
    if (qos === 1) return;
    this.send({ cmd: 'pubrel', messageId });
    await this.next('pubcomp');
  }

  /** The next packet, which must be of that kind. */
  async next(cmd: string): Promise<Received> {
    await this.#until(() => this.received.length > 0, cmd);
    const packet = this.received.shift()!;
    if (packet.cmd !== cmd) throw new Error(`${packet.cmd} came, not ${cmd}`);
    return packet;
  }

  /** All messages up to the one on that topic, which is left out. Other packets are passed over. */
  async heardUntil(topic: string): Promise<Received[]> {
    const heard: Received[] = [];
    for (;;) {
      await this.#until(() => this.received.length > 0, `a message on ${topic}`);
      const packet = this.received.shift()!;
      if (packet.cmd !== 'publish') continue;
      if (packet.topic === topic) return heard;
      heard.push(packet);
    }
  }

  /** Resolves when something more has come. */
  async more(): Promise<void> {
    const { length } = this.received;
    await this.#until(() => this.received.length > length, 'anything more');
  }

  /** Resolves when the server has closed the connection, with what it sent before. */
  async closed(): Promise<readonly Received[]> {
    await this.#until(() => this.#closed, 'the end of the connection', true);
    return this.received;
  }

  /** Cuts the connection, without a DISCONNECT. */
  cut(): void {
    this.#socket.destroy();
  }

  async #until(condition: () => boolean, what: string, orClosed = false): Promise<void> {
    const giveUpAt = performance.now() + PATIENCE_MS;
    while (!condition()) {
      if (this.#closed && !orClosed) throw new Error(`the connection was closed, and ${what} had not come`);
      const left = giveUpAt - performance.now();
      if (left <= 0) throw new Error(`waited in vain for ${what}`);
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#woken = resolve;
        timer = setTimeout(resolve, left);
      });
      clearTimeout(timer);
    }
  }
}
