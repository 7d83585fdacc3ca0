const FIRST_BYTES = 65_536;

/** Bytes that are written one packet after the other and sent together. */
export class ByteList {
  #bytes = new Uint8Array(FIRST_BYTES);
  length = 0;

  /** Makes room for `count` more bytes and returns the whole buffer; the caller raises {@link length}. */
  room(count: number): Uint8Array {
    if (this.length + count > this.#bytes.length) {
      const larger = new Uint8Array(2 * (this.length + count));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    return this.#bytes;
  }

  /** A copy of what was written; the list is empty then. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.length);
    this.length = 0;
    return taken;
  }
}
