import type { Socket } from 'node:net';

/**
 * Watches the lengths of MQTT control packets as they arrive, so that one that is too large is refused before a parser
 * would buffer it: Aedes itself sets no bound. (Fixed header: MQTT 3.1.1, 2.2.)
 */
export class PacketCap {
  readonly #maxBytes: number;
  #left = 0;
  #length = 0;
  #shift = 0;
  #inLength = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** True while every packet that begins in `chunk` keeps to the bound. */
  passes(chunk: Uint8Array): boolean {
    let at = 0;
    while (at < chunk.length) {
      if (this.#left > 0) {
        const step = Math.min(this.#left, chunk.length - at);
        this.#left -= step;
        at += step;
      } else if (!this.#inLength) {
        at++;
        this.#inLength = true;
        this.#length = 0;
        this.#shift = 0;
      } else {
        const byte = chunk[at++];
        this.#length += (byte & 127) * 2 ** this.#shift;
        this.#shift += 7;
        if (this.#length > this.#maxBytes || this.#shift > 28) return false;
        if (byte < 128) {
          this.#inLength = false;
          this.#left = this.#length;
        }
      }
    }
    return true;
  }
}

/** Puts a cap in front of whoever reads the socket; a packet above it destroys the socket. */
export function capPackets(socket: Socket, maxBytes: number): void {
  const cap = new PacketCap(maxBytes);
  const read = socket.read.bind(socket);
  socket.read = (size?: number) => {
    const chunk = read(size);
    if (chunk === null || cap.passes(chunk)) return chunk;
    socket.destroy(new Error(`a packet above ${maxBytes} bytes`));
    return null;
  };
}
