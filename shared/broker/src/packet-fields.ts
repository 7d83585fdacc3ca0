import { isUtf8 } from 'node:buffer';
import { PacketFault } from './packet-fault.js';

const [HASH, PLUS, SLASH] = [...Buffer.from('#+/')];

/** The fields of one packet, read one behind the other. What is not there, or not as it must be, is a fault. */
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

  /** Nothing may follow. */
  end(): void {
    if (!this.atEnd) throw new PacketFault('bytes behind the last field');
  }

  byte(): number {
    return this.#take(1)[0];
  }

  number(): number {
    const [high, low] = this.#take(2);
    return (high << 8) | low;
  }

  /** A packet identifier (2.3.1). */
  id(): number {
    const id = this.number();
    if (id === 0) throw new PacketFault('packet identifier 0');
    return id;
  }

  binary(): Uint8Array {
    return this.#take(this.number());
  }

  /** A UTF-8 encoded string (1.5.3), as bytes. */
  text(): Uint8Array {
    const text = this.binary();
    if (!isUtf8(text)) throw new PacketFault('a string that is not UTF-8');
    if (text.includes(0)) throw new PacketFault('a string with U+0000');
    return text;
  }

  /** A topic name (4.7). */
  topic(): void {
    const topic = this.text();
    if (topic.length === 0) throw new PacketFault('an empty topic name');
    if (topic.includes(HASH) || topic.includes(PLUS)) throw new PacketFault('a topic name with a wildcard');
  }

  /** A topic filter (4.7): a wildcard is a level of its own, `#` the last one. */
  filter(): void {
    const filter = this.text();
    if (filter.length === 0) throw new PacketFault('an empty topic filter');
    for (let i = 0; i < filter.length; i++) {
      if (filter[i] !== HASH && filter[i] !== PLUS) continue;
      const begins = i === 0 || filter[i - 1] === SLASH;
      const ends = i === filter.length - 1 || (filter[i] === PLUS && filter[i + 1] === SLASH);
      if (!begins || !ends) throw new PacketFault('a topic filter with a wildcard at a wrong place');
    }
  }

  #take(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new PacketFault('a packet that ends within a field');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}
