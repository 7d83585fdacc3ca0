import { isUtf8 } from 'node:buffer';
import { PacketFault } from './packet-fault.js';

const [HASH, PLUS, SLASH] = [...Buffer.from('#+/')];

/** Reads the fields of one packet in their order. Throws `PacketFault` if a field is missing or not as it must be. */
export class PacketFields {
  readonly #bytes: Uint8Array;
  #at: number;

  /** @param at where the first field begins */
  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** No byte may follow. */
  end(): void {
    if (!this.atEnd) throw new PacketFault('bytes behind the last field');
  }

  byte(): number {
    return this.#bytes[this.#skip(1)];
  }

  number(): number {
    const at = this.#skip(2);
    return (this.#bytes[at] << 8) | this.#bytes[at + 1];
  }

  /** A packet identifier (2.3.1). */
  id(): number {
    const id = this.number();
    if (id === 0) throw new PacketFault('packet identifier 0');
    return id;
  }

  binary(): void {
    this.#skip(this.number());
  }

  /** A UTF-8 encoded string (1.5.3); its bytes end where the next field begins. @returns where they begin */
  text(): number {
    const from = this.#skip(this.number());
    const bytes = this.#bytes;
    const end = this.#at;
    // Nearly every string is ASCII, and for that this loop is faster than a call of `isUtf8`.
    let bits = 0;
    for (let i = from; i < end; i++) {
      if (bytes[i] === 0) throw new PacketFault('a string with U+0000');
      bits |= bytes[i];
    }
    if (bits > 127 && !isUtf8(bytes.subarray(from, end))) throw new PacketFault('a string that is not UTF-8');
    return from;
  }

  /** A string, as such. */
  word(): string {
    const from = this.text();
    return Buffer.from(this.#bytes.subarray(from, this.#at)).toString();
  }

  /** A topic name (4.7). */
  topic(): void {
    const from = this.text();
    if (from === this.#at) throw new PacketFault('an empty topic name');
    for (let i = from; i < this.#at; i++) {
      if (isWildcard(this.#bytes[i])) throw new PacketFault('a topic name with a wildcard');
    }
  }

  /** A topic filter (4.7): a wildcard is a level of its own, `#` the last one. */
  filter(): void {
    const from = this.text();
    const bytes = this.#bytes;
    const last = this.#at - 1;
    if (last < from) throw new PacketFault('an empty topic filter');
    for (let i = from; i <= last; i++) {
      if (!isWildcard(bytes[i])) continue;
      const begins = i === from || bytes[i - 1] === SLASH;
      const ends = i === last || (bytes[i] === PLUS && bytes[i + 1] === SLASH);
      if (!begins || !ends) throw new PacketFault('a topic filter with a wildcard at a wrong place');
    }
  }

  /** Goes past so many bytes. @returns where they begin */
  #skip(length: number): number {
    const from = this.#at;
    if (from + length > this.#bytes.length) throw new PacketFault('a packet that ends within a field');
    this.#at = from + length;
    return from;
  }
}

function isWildcard(byte: number): boolean {
  return byte === HASH || byte === PLUS;
}
