import type { Socket } from 'node:net';
import type { ListenerCounts } from './listener-counts.js';

/** What a client may leave unread, and for how long. */
export interface OutletBounds {
  readonly maxQueuedBytes: number;
  readonly maxPacketBytes: number;
  readonly drainTimeoutMs: number;
}

/**
 * The sending side of a client's socket. Nobody waits for a reader: a message that may be lost is dropped where too
 * much is unread, anything else is written until the reader is cut off.
 */
export class Outlet {
  readonly #socket: Socket;
  readonly #bounds: OutletBounds;
  readonly #counts: ListenerCounts;
  readonly #write: Socket['write'];
  #flushed = 0;
  #stuckSince = 0;

  constructor(socket: Socket, bounds: OutletBounds, counts: ListenerCounts) {
    this.#socket = socket;
    this.#bounds = bounds;
    this.#counts = counts;
    this.#write = socket.write.bind(socket);
  }

  /**
   * Puts the outlet in front of whoever writes to the socket. Aedes would hold up every publisher until a socket that
   * says *full* has drained, so this one never says it.
   */
  install(): void {
    this.#socket.write = (bytes: string | Uint8Array, encoding?: unknown, callback?: unknown) => {
      this.#write(bytes, encoding as BufferEncoding, callback as () => void);
      this.#cutOffBeyond(this.#bounds.maxQueuedBytes + this.#bounds.maxPacketBytes);
      return true;
    };
  }

  /** As much is unread as may be. */
  get full(): boolean {
    return this.#socket.writableLength >= this.#bounds.maxQueuedBytes;
  }

  write(bytes: Uint8Array): void {
    if (this.#socket.writable) this.#socket.write(bytes);
  }

  /** Whether a message may go to this reader now. Where one that may not be lost finds no room, the reader must go. */
  hasRoom(qos: number): boolean {
    if (!this.full) return true;
    if (qos === 0) this.#counts.dropped++;
    else this.#cutOffBeyond(0);
    return false;
  }

  /** Writes messages at QoS 0 that stand one behind the other, or drops them. */
  offer(bytes: Uint8Array, messages: number): void {
    if (this.full) this.#counts.dropped += messages;
    else this.write(bytes);
  }

  /** To be called now and then: cuts off a reader that has taken nothing for the drain timeout. `now` in ms. */
  look(now: number): void {
    const { bytesWritten, writableLength, writableNeedDrain } = this.#socket;
    const flushed = bytesWritten - writableLength;
    if (!writableNeedDrain || flushed !== this.#flushed) {
      this.#flushed = flushed;
      this.#stuckSince = now;
    } else if (now - this.#stuckSince >= this.#bounds.drainTimeoutMs) {
      this.cutOff(`it read nothing for ${this.#bounds.drainTimeoutMs} ms`);
    }
  }

  #cutOffBeyond(bytes: number): void {
    const { writableLength } = this.#socket;
    if (writableLength > bytes) this.cutOff(`it left ${writableLength} bytes unread`);
  }

  /** Closes the connection of a reader that others would have to wait for. */
  cutOff(why: string): void {
    if (this.#socket.destroyed) return;
    this.#counts.cutOff++;
    this.#socket.destroy(new Error(why));
  }
}
