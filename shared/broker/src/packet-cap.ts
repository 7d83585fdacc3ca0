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

  /** True where a packet ended and the next has not begun. */
  get between(): boolean {
    return this.#left === 0 && !this.#inLength;
  }

  /** Goes on from `at` to the end of the packet that stands or begins there, or of the chunk; -1: it is too large. */
  step(chunk: Uint8Array, at: number): number {
    do {
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
        if (this.#length > this.#maxBytes || this.#shift > 28) return -1;
        if (byte < 128) {
          this.#inLength = false;
          this.#left = this.#length;
        }
      }
    } while (at < chunk.length && !this.between);
    return at;
  }
}
