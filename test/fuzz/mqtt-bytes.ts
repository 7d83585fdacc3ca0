import fc from 'fast-check';
import { mutate, mutations } from './mutations.js';

/** What one client sends on one connection, and in which pieces. */
export interface MqttStream {
  /** CONNECT; what follows is sent once it is answered, unless it is in a hurry. */
  readonly connect: Uint8Array;
  readonly inHurry: boolean;
  readonly pieces: readonly Uint8Array[];
  /** The sender ends the connection right behind the last piece, and does not wait for what becomes of it. */
  readonly endsAtOnce: boolean;
}

/**
 * The topic that goes past the parser; messages on {@link SLOW_TOPIC} take long, those of an odd length do on either
 * where they come through the parser, and {@link FORBIDDEN} ones are refused.
 */
export const DIRECT_TOPIC = 's/0';
export const SLOW_TOPIC = 'slow';
export const FORBIDDEN = 'forbidden';
/** The longest payload that goes past the parser, and the longest packet that is read at all. */
export const MAX_PAYLOAD = 140;
export const MAX_PACKET = 1_000;

const text = (value: string) => [...u16(Buffer.byteLength(value)), ...Buffer.from(value)];
const u16 = (value: number) => [value >> 8, value & 255];

/** Remaining length (MQTT 3.1.1, 2.2.3), with `more` bytes than it needs: that is wrong, and easily let through. */
function remaining(length: number, more = 0): number[] {
  const bytes: number[] = [];
  let left = length;
  do {
    bytes.push(left & 127);
    left >>>= 7;
  } while (left > 0);
  for (let i = 0; i < more; i++) bytes.push(0);
  return bytes.map((byte, i) => (i < bytes.length - 1 ? byte | 128 : byte));
}

function packet(first: number, body: readonly number[], more = 0): Uint8Array {
  return Uint8Array.of(first, ...remaining(body.length, more), ...body);
}

const topic = fc.oneof(
  { weight: 12, arbitrary: fc.constant(DIRECT_TOPIC) },
  { weight: 3, arbitrary: fc.constantFrom('other', SLOW_TOPIC, 's/1', 's/00', 's/0/x') },
  fc.constantFrom('', 's/+', '#', '$SYS/x', 'S/0', 's/0\0', '/'.repeat(40)),
);
const payload = fc.oneof(
  { weight: 6, arbitrary: fc.uint8Array({ maxLength: 12 }) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(120, 121, 122, 123, 124, 125, MAX_PAYLOAD, MAX_PAYLOAD + 1, 400)
      .map((length) => new Uint8Array(length).fill(120)),
  },
  fc.constant(Buffer.from(FORBIDDEN)),
  // A packet in a packet: whoever loses its place takes it for one.
  fc.constant(packet(0x30, [...text(DIRECT_TOPIC), 88])),
);
const id = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(0, 255, 256, 65_535));
const more = fc.oneof({ weight: 12, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 3 }));

const publish = fc
  .record({ topic, payload, id, more, qos: fc.constantFrom(0, 0, 0, 1, 1, 2), dup: fc.nat(9), retain: fc.nat(9) })
  .map(({ topic, payload, id, more, qos, dup, retain }) =>
    packet(
      0x30 | (dup === 9 ? 8 : 0) | (qos << 1) | (retain === 9 ? 1 : 0),
      [...text(topic), ...(qos > 0 ? u16(id) : []), ...payload],
      more,
    ),
  );
const filter = fc.constantFrom('s/0', 's/#', '#', '+/0', 'q/0', 'other', '$share/a/s/0', '', 's/#/x');
const subscribe = fc
  .tuple(id, fc.array(fc.tuple(filter, fc.nat(2)), { minLength: 1, maxLength: 3 }))
  .map(([id, all]) => packet(0x82, [...u16(id), ...all.flatMap(([each, qos]) => [...text(each), qos])]));
const unsubscribe = fc
  .tuple(id, fc.array(filter, { minLength: 1, maxLength: 3 }))
  .map(([id, all]) => packet(0xa2, [...u16(id), ...all.flatMap(text)]));
const answer = fc.tuple(fc.constantFrom(0x40, 0x50, 0x62, 0x70), id).map(([first, id]) => packet(first, u16(id)));

/** The device's name; the check puts one in its place that no other connection has. */
export const USER = 'device-000000';

function connect({ level = 4, keepalive = 0, will = false } = {}): Uint8Array {
  const last = will ? [...text('other'), ...text('bye')] : [];
  const flags = 0x82 | (will ? 4 : 0);
  return packet(0x10, [...text('MQTT'), level, flags, ...u16(keepalive), ...text('c'), ...last, ...text(USER)]);
}

const ping = Uint8Array.of(0xc0, 0);
const disconnect = Uint8Array.of(0xe0, 0);
/** Claims a length far above the cap, and one just above it. */
const oversized = fc.constantFrom(
  packet(0x30, new Array(MAX_PACKET + 1).fill(7)),
  Uint8Array.of(0x30, 255, 255, 255, 127, 1),
);
const anyPacket = fc.oneof(
  { weight: 20, arbitrary: publish },
  { weight: 3, arbitrary: fc.constant(ping) },
  { weight: 2, arbitrary: subscribe },
  unsubscribe,
  answer,
  fc.oneof(
    { weight: 3, arbitrary: fc.constant(disconnect) },
    oversized,
    fc.constant(connect()),
    fc.uint8Array({ minLength: 1, maxLength: 9 }),
  ),
);
const connects = fc.oneof(
  { weight: 9, arbitrary: fc.constant(connect()) },
  { weight: 4, arbitrary: fc.constant(connect({ will: true })) },
  fc.constantFrom(connect({ level: 3 }), connect({ level: 5 }), connect({ level: 132 }), connect({ keepalive: 9 })),
);

/** Streams of packets, some damaged, doubled or out of place, cut anywhere. */
export const mqttStreams: fc.Arbitrary<MqttStream> = fc
  .record({
    connect: connects,
    inHurry: fc.nat(5).map((dice) => dice === 5),
    endsAtOnce: fc.nat(3).map((dice) => dice === 3),
    packets: fc.array(fc.tuple(anyPacket, fc.oneof({ weight: 9, arbitrary: fc.constant([]) }, mutations), fc.nat(19)), {
      minLength: 1,
      maxLength: 14,
    }),
    cuts: fc.array(fc.nat(600), { maxLength: 4 }),
  })
  .map(({ packets, cuts, ...rest }) => {
    const all = packets.flatMap(([bytes, damage, again]) => {
      const sent = mutate(bytes, damage);
      return again === 19 ? [sent, sent] : [sent];
    });
    return { ...rest, pieces: cutUp(Buffer.concat(all), cuts) };
  });

function cutUp(stream: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [...new Set([0, ...cuts.map((cut) => cut % (stream.length + 1)), stream.length])].sort(
    (a, b) => a - b,
  );
  return places.slice(1).map((end, i) => stream.subarray(places[i], end));
}
