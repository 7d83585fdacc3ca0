/** Bytes that a packet of each type has at least: a topic's length or an id, which a parser takes from the next one. */
const LEAST_BYTES = Uint8Array.of(0, 0, 0, 2, 2, 2, 2, 2, 2, 0, 2, 0, 0, 0, 0, 0);

/**
 * Watches the lengths of MQTT control packets as they arrive, so that one that is too large is refused before a parser
 * would buffer it, for Aedes itself sets no bound, and one that is too short before it reads on behind it. (Fixed
 * header: MQTT 3.1.1, 2.2.)
 */
export class PacketCap {
  readonly #maxBytes: number;
  #left = 0;
  #length = 0;
  #shift = 0;
  #inLength = false;
  #least = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** True where a packet ended and the next has not begun. */
  get between(): boolean {
    return this.#left === 0 && !this.#inLength;
  }

  /** Goes on from `at` to the end of the packet that stands or begins there, or of the chunk; -1: it is refused. */
  step(chunk: Uint8Array, at: number): number {
    do {
      if (this.#left > 0) {
        const step = Math.min(this.#left, chunk.length - at);
        this.#left -= step;
        at += step;
      } else if (!this.#inLength) {
        this.#least = LEAST_BYTES[chunk[at++] >> 4];
        this.#inLength = true;
        this.#length = 0;
        this.#shift = 0;
      } else {
        const byte = chunk[at++];
        this.#length += (byte & 127) * 2 ** this.#shift;
        this.#shift += 7;
        if (this.#length > this.#maxBytes || this.#shift > 28) return -1;
        if (byte < 128) {
          if (this.#length < this.#least) return -1;
          this.#inLength = false;
          this.#left = this.#length;
        }
      }
    } while (at < chunk.length && !this.between);
    return at;
  }
}
