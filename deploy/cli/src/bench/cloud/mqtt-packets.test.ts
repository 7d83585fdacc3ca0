import { expect, test } from 'vitest';
import { connectPacket, PacketReader, pubackPacket, publishPacket, subscribePacket } from './mqtt-packets.js';

test('packets are cut out of a stream however it is chunked', () => {
  const payload = new Uint8Array(200).fill(7);
  const stream = Buffer.concat([publishPacket(5, 'd/a/b/v', payload), pubackPacket(9), publishPacket(6, 't', payload)]);
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
      ['t', 6, 200],
    ]);
  }
});

test('CONNECT and SUBSCRIBE are those of MQTT 3.1.1', () => {
  const connect = Buffer.from([0x10, 18, 0, 4, 77, 81, 84, 84, 4, 0x82, 0, 0, 0, 1, 99, 0, 3, 97, 47, 98]);
  expect(connectPacket('c', 'a/b')).toEqual(connect);
  expect(subscribePacket(1, ['x'])).toEqual(Buffer.from([0x82, 6, 0, 1, 0, 1, 120, 1]));
});
