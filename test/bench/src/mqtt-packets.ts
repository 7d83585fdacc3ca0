/*
 * The few MQTT 3.1.1 packets that the loads exchange with what they measure, written by hand: mqtt.js in a load would
 * need more of a processor than the edge or cloud that it is to fill.
 */

const TYPE = { connect: 1, connack: 2, publish: 3, puback: 4, subscribe: 8, suback: 9 } as const;

/** CONNECT, clean session, without a will and a keep-alive. @param username left out: a viewer */
export function connectPacket(clientId: string, username?: string): Buffer {
  const flags = username === undefined ? 0b0000_0010 : 0b1000_0010;
  const names = username === undefined ? [text(clientId)] : [text(clientId), text(username)];
  return packet(TYPE.connect, 0, Buffer.concat([text('MQTT'), Buffer.from([4, flags, 0, 0]), ...names]));
}

/** SUBSCRIBE, with the packet id 1. */
export function subscribePacket(topics: readonly string[], qos: 0 | 1): Buffer {
  const filters = topics.map((topic) => Buffer.concat([text(topic), Buffer.from([qos])]));
  return packet(TYPE.subscribe, 0b0010, Buffer.concat([u16(1), ...filters]));
}

/** PUBLISH; its last bytes are `payload`'s. @param id left out at QoS 0 */
export function publishPacket(topic: string, payload: Uint8Array, qos: 0 | 1, id = 1): Buffer {
  return packet(TYPE.publish, qos << 1, Buffer.concat([text(topic), ...(qos ? [u16(id)] : []), payload]));
}

/** Where {@link publishPacket} has the packet id: so many bytes before the payload. */
export const ID_BYTES = 2;

/** PUBACK. */
export function pubackPacket(id: number): Buffer {
  return packet(TYPE.puback, 0, u16(id));
}

/** What the cloud sends. */
export interface PacketHandlers {
  onConnack(): void;
  onSuback(): void;
  onPublish(topic: string, id: number, payload: Uint8Array): void;
}

/** Cuts a stream of bytes into packets. */
export class PacketReader {
  readonly #handlers: PacketHandlers;
  #rest: Buffer = Buffer.alloc(0);

  constructor(handlers: PacketHandlers) {
    this.#handlers = handlers;
  }

  /** Takes the next bytes of the connection. */
  read(chunk: Buffer): void {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    let at = 0;
    for (let found = bodyOf(bytes, at); found; found = bodyOf(bytes, at)) {
      this.#take(bytes[at], bytes.subarray(found.start, found.end));
      at = found.end;
    }
    this.#rest = bytes.subarray(at);
  }

  #take(header: number, body: Buffer): void {
    const type = header >> 4;
    if (type === TYPE.connack) this.#handlers.onConnack();
    else if (type === TYPE.suback) this.#handlers.onSuback();
    else if (type === TYPE.publish) {
      const end = 2 + body.readUInt16BE(0);
      const qos = (header >> 1) & 3;
      const id = qos > 0 ? body.readUInt16BE(end) : 0;
      this.#handlers.onPublish(body.toString('latin1', 2, end), id, body.subarray(qos > 0 ? end + ID_BYTES : end));
    }
  }
}

/** Where the body of the packet that begins at `at` stands; undefined where not all of it is there. */
function bodyOf(bytes: Buffer, at: number): { start: number; end: number } | undefined {
  let length = 0;
  for (let i = at + 1, shift = 0; i < bytes.length; i++, shift += 7) {
    length |= (bytes[i] & 127) << shift;
    const end = i + 1 + length;
    if (bytes[i] < 128) return end <= bytes.length ? { start: i + 1, end } : undefined;
  }
  return undefined;
}

function packet(type: number, flags: number, body: Uint8Array): Buffer {
  const length: number[] = [];
  for (let left = body.length; ; left >>= 7) {
    length.push(left > 127 ? (left & 127) | 128 : left);
    if (left <= 127) break;
  }
  return Buffer.concat([Buffer.from([(type << 4) | flags, ...length]), body]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([u16(bytes.length), bytes]);
}

function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 255]);
}
