import { expect, it } from 'vitest';
import { openListener } from './open-listener.js';
import { bytes, connectBytes, field, publish, subscribe, unsubscribe } from './packets.js';

type Bytes = readonly number[];

/** Every string that a client can send, with that text in it: in a CONNECT, and in what follows. */
const connects = (text: Bytes) => [
  connectBytes(0x02, ...field(text)),
  connectBytes(0x06, ...field('raw'), ...field(text), ...field('bye')),
  connectBytes(0x82, ...field('raw'), ...field(text)),
];
const others = (text: Bytes) => [
  bytes(0x30, ...field(text)),
  bytes(0x82, 0, 1, ...field(text), 0),
  bytes(0xa2, 0, 1, ...field(text)),
];

const surrogate = [0xed, 0xa0, 0x80];
const cutOff = [0x61, 0xc3];
const overlong = [0xc0, 0xaf];
const noUtf8 = [0xff];

it('[MQTT-1.5.3-1] [MQTT-3.1.3-4] [MQTT-3.1.3-10] [MQTT-3.1.3-11] closes the connection at a string that is not UTF-8, wherever it stands', async () => {
  const { toldAt, toldFirst } = await openListener();
  for (const text of [surrogate, cutOff, overlong, noUtf8]) {
    for (const connect of connects(text)) expect(await toldFirst(connect)).toEqual([]);
    for (const packet of others(text)) expect(await toldAt(packet)).toEqual([]);
  }
});

it('[MQTT-1.5.3-2] [MQTT-4.7.3-2] closes the connection at a string with U+0000, wherever it stands', async () => {
  const { toldAt, toldFirst } = await openListener();
  const text = [0x61, 0, 0x62];
  for (const connect of connects(text)) expect(await toldFirst(connect)).toEqual([]);
  for (const packet of others(text)) expect(await toldAt(packet)).toEqual([]);
});

it('[MQTT-1.5.3-3] takes the bytes EF BB BF for a character like any other', async () => {
  const { heardOf } = await openListener();
  const topics = ['\ufefft', 't', 'x\ufeff'];
  const heard = await heardOf((publisher) => publisher.send(...topics.map((topic) => publish(topic))));
  expect(heard.map(({ topic }) => topic)).toEqual(topics);
});

it('[MQTT-2.2.2-1] sets the reserved flags of what it sends as they must be', async () => {
  const { client, reader } = await openListener();
  const sender = await client();
  sender.send(
    subscribe(1, ['x', 2]),
    unsubscribe(2, 'x'),
    publish('y', '', { qos: 1, messageId: 3 }),
    publish('y', '', { qos: 2, messageId: 4 }),
    { cmd: 'pubrel', messageId: 4 },
    { cmd: 'pingreq' },
  );
  const kinds = ['suback', 'unsuback', 'puback', 'pubrec', 'pubcomp', 'pingresp'];
  while (kinds.some((kind) => !sender.received.some(({ cmd }) => cmd === kind))) await sender.more();
  const receiver = await reader(['z', 2]);
  sender.send(publish('z', '', { qos: 2, messageId: 5 }));
  const { messageId } = await receiver.next('publish');
  receiver.send({ cmd: 'pubrec', messageId });
  await receiver.next('pubrel');
  // CONNACK, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK, UNSUBACK, PINGRESP (table 2.2).
  const first = new Set([...firstBytes(sender.bytes), ...firstBytes(receiver.bytes)]);
  first.delete(0x34);
  expect([...first].sort((a, b) => a - b)).toEqual([0x20, 0x40, 0x50, 0x62, 0x70, 0x90, 0xb0, 0xd0]);
});

/** The first byte of each packet; all are short. */
function firstBytes(chunks: readonly Buffer[]): number[] {
  const all = Buffer.concat(chunks);
  const found: number[] = [];
  for (let at = 0; at < all.length; at += 2 + all[at + 1]) found.push(all[at]);
  return found;
}

it('[MQTT-2.2.2-2] [MQTT-3.6.1-1] [MQTT-3.8.1-1] [MQTT-3.10.1-1] [MQTT-3.14.1-1] closes the connection at reserved flags that are not as they must be', async () => {
  const { toldAt, toldFirst } = await openListener();
  const connect = connectBytes(0x02, ...field('raw'));
  for (const flags of [1, 2, 8]) expect(await toldFirst([0x10 | flags, ...connect.slice(1)])).toEqual([]);
  const acknowledgement = [0, 1];
  const wrong = [
    ...[0x41, 0x52, 0x60, 0x63, 0x74, 0x78].map((first) => bytes(first, ...acknowledgement)),
    ...[0x80, 0x83, 0x8a].map((first) => bytes(first, 0, 1, ...field('x'), 0)),
    ...[0xa0, 0xa3, 0xaa].map((first) => bytes(first, 0, 1, ...field('x'))),
    ...[0xc1, 0xe1, 0xe8].map((first) => bytes(first)),
  ];
  for (const packet of wrong) expect(await toldAt(packet)).toEqual([]);
});

it('[MQTT-2.3.1-1] closes the connection at a packet identifier of 0, and never sends one', async () => {
  const { toldAt, heardOf } = await openListener();
  const wrong = [
    bytes(0x82, 0, 0, ...field('x'), 0),
    bytes(0xa2, 0, 0, ...field('x')),
    bytes(0x32, ...field('x'), 0, 0),
    bytes(0x34, ...field('x'), 0, 0),
  ];
  for (const packet of wrong) expect(await toldAt(packet)).toEqual([]);
  const heard = await heardOf((publisher) => publisher.send(publish('x', '', { qos: 1, messageId: 1 })));
  expect(heard.map(({ messageId }) => messageId! > 0)).toEqual([true]);
});

it('[MQTT-2.3.1-4] [MQTT-4.3.2-1] gives a message an identifier that no other one of that client waits under', async () => {
  const { client, reader } = await openListener();
  const receiver = await reader(['x', 2]);
  const publisher = await client();
  const next = async (qos: 1 | 2) => {
    publisher.send(publish('x', '', { qos, messageId: 9 }));
    const { messageId, dup, qos: heard } = await receiver.next('publish');
    expect([dup, heard]).toEqual([false, qos]);
    if (qos === 2) {
      publisher.send({ cmd: 'pubrel', messageId: 9 });
      while (!publisher.received.some(({ cmd }) => cmd === 'pubcomp')) await publisher.more();
      publisher.received.length = 0;
    }
    return messageId!;
  };
  const waiting = new Set([await next(1), await next(2), await next(1)]);
  for (let i = 0; i < 20; i++) {
    const messageId = await next(1);
    expect(waiting).not.toContain(messageId);
    receiver.send({ cmd: 'puback', messageId });
  }
  expect(waiting.size).toBe(3);
});

it('[MQTT-2.3.1-5] [MQTT-4.3.1-1] sends messages at QoS 0 without an identifier, and not as sent again', async () => {
  const { client, reader } = await openListener();
  const receiver = await reader(['x', 0]);
  const publisher = await client();
  publisher.send(publish('x', 'ab', { qos: 1, messageId: 7, dup: true }));
  await receiver.next('publish');
  expect(Buffer.concat(receiver.bytes).subarray(-7)).toEqual(Buffer.from(bytes(0x30, ...field('x'), 0x61, 0x62)));
});

it('[MQTT-2.3.1-6] acknowledges a message under its own identifier', async () => {
  const { client } = await openListener();
  const publisher = await client();
  publisher.send(publish('x', '', { qos: 1, messageId: 300 }));
  expect((await publisher.next('puback')).messageId).toBe(300);
  publisher.send(publish('x', '', { qos: 2, messageId: 65_535 }));
  expect((await publisher.next('pubrec')).messageId).toBe(65_535);
  publisher.send({ cmd: 'pubrel', messageId: 65_535 });
  expect((await publisher.next('pubcomp')).messageId).toBe(65_535);
});

it('[MQTT-2.3.1-7] [MQTT-3.8.4-2] [MQTT-3.10.4-4] answers a SUBSCRIBE and an UNSUBSCRIBE under their own identifiers', async () => {
  const { client } = await openListener();
  const reader = await client();
  reader.send(subscribe(513, ['x', 0]));
  expect((await reader.next('suback')).messageId).toBe(513);
  reader.send(unsubscribe(514, 'x'));
  expect((await reader.next('unsuback')).messageId).toBe(514);
});
