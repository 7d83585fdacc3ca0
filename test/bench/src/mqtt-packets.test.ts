import { expect, test } from 'vitest';
import { connectPacket, PacketReader, pubackPacket, publishPacket, subscribePacket } from './mqtt-packets.js';

test('packets are cut out of a stream however it is chunked', () => {
  const payload = new Uint8Array(200).fill(7);
  const stream = Buffer.concat([
    publishPacket('d/a/b/v', payload, 1, 5),
    pubackPacket(9),
    publishPacket('t', payload, 0),
  ]);
  for (const size of [1, 3, 100, 1000]) {
    const seen: [string, number, number][] = [];
    const reader = new PacketReader({
      onConnack: () => {},
      onSuback: () => {},
      onPublish: (topic, id, bytes) => seen.push([topic, id, bytes.length]),
    });
    for (let at = 0; at < stream.length; at += size) reader.read(stream.subarray(at, at + size));
    expect(seen).toEqual([
      ['d/a/b/v', 5, 200],
      ['t', 0, 200],
    ]);
  }
});

test('CONNECT and SUBSCRIBE are those of MQTT 3.1.1', () => {
  const connect = Buffer.from([0x10, 18, 0, 4, 77, 81, 84, 84, 4, 0x82, 0, 0, 0, 1, 99, 0, 3, 97, 47, 98]);
  expect(connectPacket('c', 'a/b')).toEqual(connect);
  expect(connectPacket('c').toString('hex')).toBe('100d00044d51545404020000000163');
  expect(subscribePacket(['x'], 1)).toEqual(Buffer.from([0x82, 6, 0, 1, 0, 1, 120, 1]));
  expect(subscribePacket(['s/#'], 0).toString('hex')).toBe('820800010003732f2300');
});
