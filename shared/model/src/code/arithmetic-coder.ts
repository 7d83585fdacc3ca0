/*
 * Binary arithmetic coding (Witten, Neal and Cleary, 1987) without carries. The interval [low, high] of 32 bits is
 * divided in the ratio of the probabilities of the two outcomes. Its leading bytes are written as soon as both ends
 * have them in common. Only integers are used, so every engine writes the same bytes.
 */

/**
 * A probability of 1 in the coder's unit. The probability of a bit stays at least `LEAST` away from 0 and from 1:
 * nothing is certain.
 */
export const CERTAIN = 65_536;
/** The least probability of an outcome. */
export const LEAST = 32;

/** Where the interval is divided: `share` of 65,536 of it belong to the outcome 1. */
function part(low: number, high: number, share: number): number {
  const range = (high - low) >>> 0;
  return (low + (range >>> 16) * share + (((range & 0xffff) * share) >>> 16)) >>> 0;
}

/**
 * Writes bits; each costs as many bits as its probability requires. Reuses its buffer, which grows to the longest
 * message.
 */
export class ArithmeticEncoder {
  #bytes = new Uint8Array(64);
  #length = 0;
  #low = 0;
  #high = 0xffffffff;

  /** Forgets the last message. */
  begin(): void {
    this.#length = 0;
    this.#low = 0;
    this.#high = 0xffffffff;
  }

  /** @param share probability that `bit` is 1, from `LEAST` to `CERTAIN - LEAST` */
  write(bit: number, share: number): void {
    const middle = part(this.#low, this.#high, share);
    if (bit) this.#high = middle;
    else this.#low = (middle + 1) >>> 0;
    while (((this.#low ^ this.#high) & 0xff000000) === 0) {
      this.#put(this.#high >>> 24);
      this.#low = (this.#low << 8) >>> 0;
      this.#high = ((this.#high << 8) | 255) >>> 0;
    }
  }

  /**
   * Ends the message and returns it, valid until the next one begins. The decoder reads zeros after the end, so zeros
   * at the end are left out.
   */
  finish(): Uint8Array {
    for (let kept = 0; kept <= 4; kept++) {
      // The largest number with this many bytes that is not above the interval.
      const mask = kept === 0 ? 0 : (0xffffffff << (32 - 8 * kept)) >>> 0;
      const value = (this.#high & mask) >>> 0;
      if (value < this.#low) continue;
      for (let i = 0; i < kept; i++) this.#put((value >>> (24 - 8 * i)) & 255);
      break;
    }
    while (this.#length > 0 && this.#bytes[this.#length - 1] === 0) this.#length--;
    return this.#bytes.subarray(0, this.#length);
  }

  #put(byte: number): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#bytes.length);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length++] = byte;
  }
}

/**
 * Reads what {@link ArithmeticEncoder} wrote; call it with the same probabilities in the same order. Any bytes can be
 * decoded to something.
 */
export class ArithmeticDecoder {
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;
  #low = 0;
  #high = 0xffffffff;
  #code = 0;

  /** Begins a message: `length` bytes from `offset` on. */
  begin(bytes: Uint8Array, offset: number, length: number): void {
    this.#bytes = bytes;
    this.#at = offset;
    this.#end = offset + length;
    this.#low = 0;
    this.#high = 0xffffffff;
    this.#code = 0;
    for (let i = 0; i < 4; i++) this.#code = this.#next();
  }

  /** The next bit; `share`: probability that it is 1. */
  read(share: number): 0 | 1 {
    const middle = part(this.#low, this.#high, share);
    const bit = this.#code <= middle ? 1 : 0;
    if (bit) this.#high = middle;
    else this.#low = (middle + 1) >>> 0;
    while (((this.#low ^ this.#high) & 0xff000000) === 0) {
      this.#low = (this.#low << 8) >>> 0;
      this.#high = ((this.#high << 8) | 255) >>> 0;
      this.#code = this.#next();
    }
    return bit;
  }

  #next(): number {
    const byte = this.#at < this.#end ? this.#bytes[this.#at++] : 0;
    return ((this.#code << 8) | byte) >>> 0;
  }
}
