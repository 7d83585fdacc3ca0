import type { Socket } from 'node:net';
import type { Audience } from './audience.js';
import { DirectMessages } from './direct-messages.js';
import type { DirectTopic } from './direct-topic.js';
import type { Outlet } from './outlet.js';
import type { PacketCap } from './packet-cap.js';
import { PacketFault } from './packet-fault.js';
import { type PacketRules, Type } from './packet-rules.js';

const DISCONNECT = 0xe0;
/**
 * After this share of a client's keep-alive time one message goes to Aedes, whose timer must see that the client lives.
 */
const KEEPALIVE_SHARE = 0.1;

/**
 * Is between a socket and Aedes' parser. Messages of the client's direct topic go to the room at once, as bytes of the
 * chunk in which they came: no packet object, no string, no copy. Everything else goes to Aedes, byte for byte and in
 * order: other packets, packets that are split over two chunks, and messages that a subscriber wants at QoS 1. A
 * subscriber at QoS 0 gets all direct messages of a chunk at once; nobody waits for it.
 *
 * Aedes reads a socket when there is something to read, and again when it has finished with all it has read. What must
 * wait is kept back until Aedes reads the next time.
 */
export class DirectLane {
  readonly #socket: Socket;
  readonly #outlet: Outlet;
  readonly #cap: PacketCap;
  readonly #rules: PacketRules;
  readonly #maxPacketBytes: number;
  readonly #read: (size?: number) => Buffer | null;
  #messages: DirectMessages | undefined;
  #open = false;
  #keepaliveMs = Number.POSITIVE_INFINITY;
  #aedesSawIt = 0;
  /** What was read and not yet processed, and the position in it. */
  #rest: Buffer | null = null;
  #at = 0;
  /** What must not come: the connection is closed once what came before it is taken. */
  #fault: PacketFault | undefined;
  /** Aedes' parser works on what it was given, and must not get more from inside that work. */
  #parsing = false;
  /** Messages of the direct topic, and UNSUBSCRIBEs, that Aedes still works on: what follows must not overtake them. */
  #withAedes = 0;
  /** Aedes tried to read while something was kept back. */
  #refused = false;

  constructor(socket: Socket, outlet: Outlet, cap: PacketCap, rules: PacketRules, maxPacketBytes: number) {
    this.#socket = socket;
    this.#outlet = outlet;
    this.#cap = cap;
    this.#rules = rules;
    this.#maxPacketBytes = maxPacketBytes;
    this.#read = socket.read.bind(socket);
  }

  /** Replaces the socket's `read`, so that the lane comes before Aedes. */
  install(): void {
    // 0 only asks the stream to go on; at its end it would also say so, though something is kept back.
    this.#socket.read = (size?: number) => (size === 0 ? (this.#rest ? null : this.#read(0)) : this.#next(size));
    // Before Aedes learns of it and publishes the client's last will.
    this.#socket.on('error', (error) => 'syscall' in error && this.#takeRest());
  }

  /** Something was read and waits for Aedes. */
  get holdsBack(): boolean {
    return this.#rest !== null;
  }

  /** The client's direct topic, before it may publish. `keepaliveSeconds` 0: it has no keep-alive. */
  assign(topic: DirectTopic, audience: Audience, keepaliveSeconds: number): void {
    this.#messages = new DirectMessages(topic, audience, this.#outlet);
    if (keepaliveSeconds > 0) this.#keepaliveMs = keepaliveSeconds * 1000 * KEEPALIVE_SHARE;
  }

  /**
   * The client is connected, and nothing that it sent earlier still waits: from now on its direct topic does not go
   * through Aedes.
   */
  open(): void {
    this.#open = this.#messages !== undefined;
    this.#aedesSawIt = performance.now();
  }

  /** Aedes has begun (+1) or finished (-1) a message of this client. */
  passed(topic: string, qos: number, change: 1 | -1): void {
    // At QoS 2 a message that is sent again begins twice and finishes once; no order is required between QoS levels.
    if (qos < 2 && topic === this.#messages?.topic) this.#withAedes += change;
  }

  /** Aedes has finished an UNSUBSCRIBE of this client. */
  unsubscribed(): void {
    this.#withAedes--;
  }

  #next(size: number | undefined): Buffer | null {
    while (!this.#socket.destroyed) {
      if (!this.#rest) {
        this.#rest = this.#read(this.#exactly(size));
        this.#at = 0;
        if (!this.#rest) return null;
      }
      if (this.#parsing || this.#withAedes > 0) {
        this.#refused = true;
        return null;
      }
      const part = this.#advance(this.#rest);
      if (part) return part;
    }
    return null;
  }

  /**
   * How much to read. A stream that is asked for all it has says at once that it is at its end, and Aedes closes the
   * client though the rest is kept back; asked for just as much, it says so when it is asked again.
   */
  #exactly(size: number | undefined): number | undefined {
    const { readableLength, readableHighWaterMark } = this.#socket;
    // No more than its mark, which a larger question would raise.
    return this.#open && readableLength > 0 ? Math.min(readableLength, readableHighWaterMark) : size;
  }

  /** The other side has closed the connection: what it sent before still counts, even if it was kept back. */
  #takeRest(): void {
    const chunk = this.#rest;
    if (!chunk || !this.#open || this.#fault) return;
    const now = performance.now();
    while (this.#at >= 0 && this.#at < chunk.length) {
      if (this.#cap.between) {
        try {
          this.#takeMessages(chunk, now);
        } catch {
          // The room refused it; that closes the connection.
          break;
        }
        // MQTT 3.1.1, 3.14.4: what follows a DISCONNECT is ignored.
        if (this.#at === chunk.length || chunk[this.#at] === DISCONNECT) break;
      }
      this.#at = this.#cap.step(chunk, this.#at);
    }
    this.#rest = null;
  }

  /** What was kept back may go on: makes Aedes read the socket again. */
  #goOn(): void {
    if (!this.#refused) return;
    this.#refused = false;
    this.#socket.emit('readable');
  }

  /** Processes what was read; returns the part that is for Aedes. */
  #advance(chunk: Buffer): Buffer | undefined {
    const now = this.#open ? performance.now() : 0;
    if (this.#open && this.#cap.between && now - this.#aedesSawIt < this.#keepaliveMs) {
      this.#messages!.followAudience();
      try {
        this.#takeMessages(chunk, now);
      } catch (error) {
        this.#socket.destroy(error as Error);
      }
      if (this.#at === chunk.length) this.#rest = null;
      if (!this.#rest || this.#socket.destroyed) return undefined;
    }
    return this.#aedesPart(chunk, now);
  }

  /** The packets up to the next that may be direct. */
  #aedesPart(chunk: Buffer, now: number): Buffer | undefined {
    const from = this.#at;
    const whole = this.#stepOn(chunk);
    if (this.#fault && this.#at === from) {
      if (this.#fault.answer) this.#outlet.write(this.#fault.answer);
      this.#socket.destroy(this.#fault);
      return undefined;
    }
    const part = chunk.subarray(from, this.#at);
    if (this.#at === chunk.length) this.#rest = null;
    if (!this.#open && !this.#fault) return part;
    if (this.#cap.between) this.#aedesSawIt = now;
    this.#parsing = true;
    // Aedes can't finish with half a packet, and the stream may have called `read` while something was kept back.
    if (!whole) this.#refused = true;
    process.nextTick(() => {
      this.#parsing = false;
      this.#goOn();
    });
    return part;
  }

  /** Goes on until what follows may be direct, or must not come. @returns whether a packet ended */
  #stepOn(chunk: Buffer): boolean {
    let whole = false;
    do {
      const type = this.#step(chunk);
      if (this.#fault) break;
      whole ||= this.#cap.between;
      // If a SUBSCRIBE to the same filter came before Aedes has finished this one, Aedes would lose that subscription.
      if (type === Type.unsubscribe) {
        this.#withAedes++;
        break;
      }
    } while (this.#at < chunk.length && !(this.#open && this.#messages!.mayBegin(chunk, this.#at)));
    return whole;
  }

  /** Goes on by one packet, or what is there of it. @returns its type where it ended */
  #step(chunk: Buffer): number | undefined {
    if (this.#fault) return undefined;
    const next = this.#cap.step(chunk, this.#at);
    try {
      if (next < 0) throw new PacketFault(`a packet above ${this.#maxPacketBytes} bytes, or without its first fields`);
      const type = this.#rules.see(chunk.subarray(this.#at, next), this.#cap.between);
      this.#at = next;
      return type;
    } catch (error) {
      this.#fault = error as PacketFault;
      return undefined;
    }
  }
  #takeMessages(chunk: Buffer, now: number): void {
    const messages = this.#messages!;
    try {
      messages.take(chunk, this.#at, now);
    } finally {
      this.#at = messages.at;
    }
  }
}
