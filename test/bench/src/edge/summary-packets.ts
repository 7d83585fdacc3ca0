import { encodeSummary, SLOT_MODULUS, topic } from '@ddnn/protocol';
import { publishPacket } from '../mqtt-packets.js';
import { deviceName, EPOCH, scoresOf } from './scenes.js';

/** A device's summaries as PUBLISH packets, built ahead; only slots and packet ids are written before each use. */
export class SummaryPackets {
  /** Of one packet. */
  readonly size: number;
  readonly #bytes: Buffer;
  readonly #cycle: number;
  readonly #qos: 0 | 1;
  readonly #idAt: number;
  readonly #slotAt: number;

  /** @param cycle samples after which scores repeat; a power of two */
  constructor(scene: number, view: number, scoreBytes: number, qos: 0 | 1, cycle: number) {
    const name = topic('summary', { device: deviceName(scene, view) });
    const body = new Uint8Array(scoreBytes);
    const one = publishPacket(name, encodeSummary(EPOCH, [{ slot: 0, body }], scoreBytes), qos);
    this.size = one.length;
    this.#bytes = Buffer.alloc(cycle * this.size, one);
    for (let position = 0; position < cycle; position++)
      this.#bytes.set(scoresOf(position, view, scoreBytes), (position + 1) * this.size - scoreBytes);
    this.#cycle = cycle;
    this.#qos = qos;
    this.#idAt = 4 + name.length;
    // Behind the id: two bytes of frame header.
    this.#slotAt = this.#idAt + 2 * qos + 2;
  }

  /** The packets of `count` slots from `slot` on; both fit the cycle. The bytes stand until the cycle comes round. */
  block(slot: number, count: number): Buffer {
    const bytes = this.#bytes;
    const first = slot % this.#cycle;
    for (let i = 0; i < count; i++) {
      const at = (first + i) * this.size;
      const short = (slot + i) % SLOT_MODULUS;
      bytes[at + this.#slotAt] = short & 255;
      bytes[at + this.#slotAt + 1] = 0x80 | (short >> 8);
      if (this.#qos) {
        bytes[at + this.#idAt] = (short + 1) >> 8;
        bytes[at + this.#idAt + 1] = (short + 1) & 255;
      }
    }
    return bytes.subarray(first * this.size, (first + count) * this.size);
  }
}
