import type { Socket } from 'node:net';
import type { ListenerCounts } from './listener-counts.js';

/** What a client may leave unread, and for how long. */
export interface OutletBounds {
  readonly maxQueuedBytes: number;
  readonly maxPacketBytes: number;
  readonly drainTimeoutMs: number;
}

/**
 * The sending side of a client's socket. Nobody waits for a slow reader. A message that may be lost is dropped if too
 * much is unread; anything else is written, until the reader is cut off.
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
   * Replaces the socket's `write`. If a socket reports that it is full, Aedes makes every publisher wait until it has
   * drained. So this one never reports it.
   */
  install(): void {
    this.#socket.write = (bytes: string | Uint8Array, encoding?: unknown, callback?: unknown) => {
      this.#write(bytes, encoding as BufferEncoding, callback as () => void);
      this.#cutOffBeyond(this.#bounds.maxQueuedBytes + this.#bounds.maxPacketBytes);
      return true;
    };
  }

  /** Whether the unread bytes have reached the bound. */
  get full(): boolean {
    return this.#socket.writableLength >= this.#bounds.maxQueuedBytes;
  }

  write(bytes: Uint8Array): void {
    if (this.#socket.writable) this.#socket.write(bytes);
  }

  /**
   * Whether a message may go to this reader now. If there is no room for a message that may not be lost, the reader
   * must be cut off.
   */
  hasRoom(qos: number): boolean {
    if (!this.full) return true;
    if (qos === 0) this.#counts.dropped++;
    else this.#cutOffBeyond(0);
    return false;
  }

  /** Writes QoS 0 messages that follow each other in the bytes, or drops them. */
  offer(bytes: Uint8Array, messages: number): void {
    if (this.full) this.#counts.dropped += messages;
    else this.write(bytes);
  }

  /** To be called regularly: cuts off a reader that has read nothing for the drain timeout. `now` in ms. */
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

  /** Closes the connection, and counts it. */
  cutOff(why: string): void {
    if (this.#socket.destroyed) return;
    this.#counts.cutOff++;
    this.#socket.destroy(new Error(why));
  }
}
