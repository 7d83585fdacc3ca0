import type { Audience } from './audience.js';
import { ByteList } from './byte-list.js';
import type { DirectTopic } from './direct-topic.js';
import type { Outlet } from './outlet.js';

/** PUBLISH at QoS 0, neither retained nor sent again (MQTT 3.1.1, 3.3.1); at QoS 1 bit 1 is set too. */
const PUBLISH = 0x30;
const QOS_1 = 0x02;
const PUBACK = 0x40;

/** What is written during a call is sent before it returns, so all lanes can share one list. */
const acknowledgements = new ByteList();
const forwarded = new ByteList();
let forwardedMessages = 0;

/** The messages of a client on its direct topic: taken, acknowledged and forwarded as bytes of their chunk. */
export class DirectMessages {
  /** Where {@link take} ended, also if the room has thrown: behind the last message that it took. */
  at = 0;
  readonly #topic: DirectTopic;
  readonly #audience: Audience;
  readonly #outlet: Outlet;
  /** The topic as a PUBLISH packet has it: two bytes of length, then the text. */
  readonly #name: Uint8Array;
  /** The first bytes of a PUBLISH that need not go through Aedes. */
  #directFlags = QOS_1;

  constructor(topic: DirectTopic, audience: Audience, outlet: Outlet) {
    const text = Buffer.from(topic.topic);
    this.#name = Uint8Array.of(text.length >> 8, text.length & 255, ...text);
    this.#topic = topic;
    this.#audience = audience;
    this.#outlet = outlet;
  }

  get topic(): string {
    return this.#topic.topic;
  }

  /** Messages at QoS 1 go through Aedes while a subscriber wants them at QoS 1. */
  followAudience(): void {
    this.#directFlags = this.#audience.sure ? 0 : QOS_1;
  }

  /** Whether one of them may begin there. */
  mayBegin(chunk: Uint8Array, at: number): boolean {
    const plain = ((chunk[at] ^ PUBLISH) & ~this.#directFlags) === 0;
    return plain && startsWith(chunk, at + (chunk[at + 1] > 127 ? 3 : 2), this.#name);
  }

  /** Gives the messages from there on to the room, up to the first packet of another kind; {@link at} says where. */
  take(chunk: Buffer, from: number, now: number): void {
    const topic = this.#topic;
    const name = this.#name;
    const { maxPayloadBytes } = topic;
    const otherFlags = ~this.#directFlags;
    const { outlets } = this.#audience;
    const heard = outlets.length > 0;
    const end = chunk.length;
    let at = from;
    try {
      while (at + 2 <= end) {
        const flags = chunk[at] ^ PUBLISH;
        if (flags & otherFlags) break;
        let body = at + 2;
        let length = chunk[at + 1];
        if (length > 127) {
          if (body >= end || chunk[body] > 127) break;
          length = (length & 127) | (chunk[body++] << 7);
        }
        const next = body + length;
        const id = body + name.length;
        const offset = flags === 0 ? id : id + 2;
        if (next > end || offset > next || next - offset > maxPayloadBytes) break;
        if (!startsWith(chunk, body, name)) break;
        if (flags === 0) topic.take(chunk, offset, next - offset, 0, now);
        else {
          if (chunk[id] === 0 && chunk[id + 1] === 0) break;
          topic.take(chunk, offset, next - offset, 1, now);
          acknowledge(chunk, id);
        }
        if (heard) forward(chunk, body, id, offset, next);
        at = next;
      }
    } finally {
      this.at = at;
      if (acknowledgements.length > 0) this.#outlet.write(acknowledgements.take());
      if (forwarded.length > 0) {
        const bytes = forwarded.take();
        for (const outlet of outlets) outlet.offer(bytes, forwardedMessages);
        forwardedMessages = 0;
      }
    }
  }
}

function startsWith(chunk: Uint8Array, at: number, name: Uint8Array): boolean {
  for (let i = 0; i < name.length; i++) if (chunk[at + i] !== name[i]) return false;
  return true;
}

/** PUBACK (MQTT 3.1.1, 3.4): two bytes of header, then the packet's own id. */
function acknowledge(chunk: Uint8Array, id: number): void {
  const bytes = acknowledgements.room(4);
  const at = acknowledgements.length;
  bytes[at] = PUBACK;
  bytes[at + 1] = 2;
  bytes[at + 2] = chunk[id];
  bytes[at + 3] = chunk[id + 1];
  acknowledgements.length = at + 4;
}

/** The same message at QoS 0: without the packet id, the bytes from `id` to `payload`. */
function forward(chunk: Uint8Array, body: number, id: number, payload: number, end: number): void {
  const length = id - body + end - payload;
  const bytes = forwarded.room(3 + length);
  let at = forwarded.length;
  bytes[at++] = PUBLISH;
  if (length > 127) bytes[at++] = 128 | (length & 127);
  bytes[at++] = length > 127 ? length >> 7 : length;
  for (let from = body; from < id; from++) bytes[at++] = chunk[from];
  for (let from = payload; from < end; from++) bytes[at++] = chunk[from];
  forwarded.length = at;
  forwardedMessages++;
}
