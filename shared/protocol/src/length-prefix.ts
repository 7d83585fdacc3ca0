import { FrameError, invalid } from './errors.js';

/*
 * A body with its length before it. The length has seven bits in each byte, lowest first; bit 7: another byte follows.
 * At most four bytes.
 */

const MAX_BYTES = 4;

/** Bytes that such a length takes. */
export function lengthBytes(length: number): number {
  let bytes = 1;
  for (let left = length >>> 7; left > 0; left >>>= 7) bytes++;
  return bytes;
}

/** Writes length and body; returns where they end. */
export function writeBody(out: Uint8Array, at: number, body: Uint8Array): number {
  let end = at;
  let left = body.length;
  while (left > 127) {
    out[end++] = (left & 127) | 128;
    left >>>= 7;
  }
  out[end++] = left;
  out.set(body, end);
  return end + body.length;
}

/** Reads bodies in a row, each within a bound. */
export class BodyReader {
  readonly #bytes: Uint8Array;
  readonly #maxBytes: number;
  /** Where the next one begins. */
  at: number;

  constructor(bytes: Uint8Array, at: number, maxBytes: number) {
    this.#bytes = bytes;
    this.at = at;
    this.#maxBytes = maxBytes;
  }

  /**
   * The next body, a view into the bytes. Throws {@link FrameError} `DDNN_FRAME_TRUNCATED`, `_OVERSIZED` or `_VALUE`.
   */
  next(): Uint8Array {
    const first = this.at;
    let length = 0;
    for (let i = 0; ; i++) {
      if (this.at >= this.#bytes.length) throw truncated('ends within a length', this.at);
      const byte = this.#bytes[this.at++];
      length += (byte & 127) << (7 * i);
      if (byte < 128) {
        if (byte === 0 && i > 0) throw invalid('a length with a byte too many', first);
        break;
      }
      if (i === MAX_BYTES - 1) throw invalid(`a length of more than ${MAX_BYTES} bytes`, first);
    }
    if (length > this.#maxBytes) {
      const why = `a body of ${length} bytes, at most ${this.#maxBytes} belong`;
      throw new FrameError('DDNN_FRAME_OVERSIZED', why, first);
    }
    const end = this.at + length;
    if (end > this.#bytes.length) throw truncated(`a body ${end - this.#bytes.length} bytes short`, this.#bytes.length);
    const body = this.#bytes.subarray(this.at, end);
    this.at = end;
    return body;
  }
}

function truncated(message: string, at: number): FrameError {
  return new FrameError('DDNN_FRAME_TRUNCATED', message, at);
}

/** Joins bodies, each with its length before it: the features of the present views of a sample on the uplink. */
export function joinBodies(bodies: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(bodies.reduce((sum, { length }) => sum + lengthBytes(length) + length, 0));
  let at = 0;
  for (const body of bodies) at = writeBody(joined, at, body);
  return joined;
}

/**
 * Splits joined bodies; the results are views into `joined`. Throws {@link FrameError} unless it holds exactly `count`
 * bodies of at most that size.
 */
export function partBodies(joined: Uint8Array, count: number, maxBytes: number): Uint8Array[] {
  const reader = new BodyReader(joined, 0, maxBytes);
  const bodies = Array.from({ length: count }, () => reader.next());
  if (reader.at < joined.length) {
    throw new FrameError('DDNN_FRAME_OVERSIZED', `${joined.length - reader.at} bytes behind the last body`, reader.at);
  }
  return bodies;
}
