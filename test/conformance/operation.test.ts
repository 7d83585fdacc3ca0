import { expect, it } from 'vitest';
import { end, openListener } from './open-listener.js';
import { bytes, field, publish, subscribe } from './packets.js';

const ping = { cmd: 'pingreq' } as const;

it('[MQTT-3.12.4-1] answers a PINGREQ with a PINGRESP', async () => {
  const { client } = await openListener();
  const pinging = await client();
  pinging.send(ping);
  await pinging.next('pingresp');
});

it('[MQTT-3.1.2-4] [MQTT-3.1.2-5] [MQTT-3.1.4-3] [MQTT-4.4.0-1] keeps no session for who asks for one that lasts: neither filters nor messages, and says so', async () => {
  const { client, join } = await openListener();
  const publisher = await client({ clientId: 'publisher' });
  const away = await client({ clientId: 'away', clean: false });
  away.send(subscribe(1, ['x', 1]));
  await away.next('suback');
  publisher.send(publish('x', 'never acknowledged', { qos: 1, messageId: 1 }));
  await away.next('publish');
  away.cut();
  publisher.send(publish('x', 'while it is away', { qos: 1, messageId: 2 }));
  for (let i = 0; i < 2; i++) await publisher.next('puback');
  const { client: back, connack } = await join({ clientId: 'away', clean: false });
  expect(connack.sessionPresent).toBe(false);
  back.send(subscribe(1, ['end', 0]));
  await back.next('suback');
  publisher.send(publish('x', 'when it is back', { qos: 1, messageId: 3 }), end);
  expect(await back.heardUntil('end')).toEqual([]);
});

it('[MQTT-3.1.2-6] starts every session anew', async () => {
  const { client } = await openListener();
  const publisher = await client({ clientId: 'publisher' });
  const first = await client({ clientId: 'same' });
  first.send(subscribe(1, ['x', 1]));
  await first.next('suback');
  first.send(publish('y', '', { qos: 2, messageId: 7 }));
  await first.next('pubrec');
  first.cut();
  const second = await client({ clientId: 'same' });
  second.send(subscribe(1, ['y', 2], ['end', 0]));
  await second.next('suback');
  // Of the first session this would be the same message once more.
  second.send(publish('y', 'new', { qos: 2, messageId: 7, dup: true }));
  await second.next('publish');
  publisher.send(publish('x', '', { qos: 1, messageId: 1 }), end);
  expect((await second.heardUntil('end')).map(({ topic }) => topic)).toEqual([]);
});

it('[MQTT-3.1.2-7] keeps retained messages when the session of their publisher ends', async () => {
  const { client } = await openListener();
  const publisher = await client();
  publisher.send(publish('x', 'kept', { qos: 1, messageId: 1, retain: true }), { cmd: 'disconnect' });
  await publisher.closed();
  const reader = await client();
  reader.send(subscribe(1, ['x', 0]));
  await reader.next('suback');
  expect(await reader.next('publish')).toMatchObject({ retain: true });
});

it('[MQTT-4.1.0-2] keeps a session as long as its connection', async () => {
  const { client, reader } = await openListener();
  const receiver = await reader(['x', 0]);
  for (let i = 0; i < 5; i++) {
    const publisher = await client();
    publisher.send(publish('x', `${i}`));
    expect(String((await receiver.next('publish')).payload)).toBe(`${i}`);
    publisher.cut();
    receiver.send(ping);
    await receiver.next('pingresp');
  }
});

it('[MQTT-4.5.0-1] hands a message to every client that has subscribed to it', async () => {
  const { client, reader } = await openListener();
  const receivers = [await reader(['x', 0]), await reader(['+', 1]), await reader(['#', 2])];
  (await client()).send(publish('x', '', { qos: 1, messageId: 1 }));
  expect((await Promise.all(receivers.map((each) => each.next('publish')))).map(({ qos }) => qos)).toEqual([0, 1, 1]);
});

it('[MQTT-4.6.0-5] [MQTT-4.6.0-6] sends the messages of a topic in the order in which they came, and PUBRELs in that of their PUBRECs', async () => {
  const { client, reader } = await openListener();
  for (const qos of [0, 1, 2] as const) {
    const receiver = await reader(['#', qos]);
    const publisher = await client();
    const order = Array.from({ length: 40 }, (_, i) => `${i}`);
    publisher.send(...order.map((name, i) => publish('x', name, qos > 0 ? { qos, messageId: i + 1 } : {})));
    const heard = [];
    for (const _ of order) heard.push(await receiver.next('publish'));
    expect(heard.map(({ payload }) => String(payload))).toEqual(order);
    if (qos === 2) {
      const backwards = heard.map(({ messageId }) => messageId!).reverse();
      receiver.send(...backwards.map((messageId) => ({ cmd: 'pubrec', messageId }) as const));
      for (const id of backwards) expect((await receiver.next('pubrel')).messageId).toBe(id);
    }
    receiver.cut();
    publisher.cut();
  }
});

it('[MQTT-4.7.1-2] [MQTT-4.7.1-3] closes a connection at a filter with a wildcard at a wrong place', async () => {
  const { toldAt } = await openListener();
  for (const filter of ['a#', '#a', 'a/#/b', '##', '#/', 'a+', '+a', '++', 'a/+b', 'a/b+/c', '/a+']) {
    expect(await toldAt(subscribe(1, [filter, 0])), filter).toEqual([]);
    expect(await toldAt({ cmd: 'unsubscribe', messageId: 1, unsubscriptions: [filter] }), filter).toEqual([]);
  }
});

it('[MQTT-4.7.2-1] covers no topic that begins with $ by a filter that begins with a wildcard', async () => {
  const { listener, reader } = await openListener();
  const receiver = await reader(['#', 0], ['+/x', 0], ['+/+/new/clients', 0]);
  // Aedes itself says on $SYS/…/new/clients that this one has come.
  await reader(['y', 0]);
  for (const topic of ['$a/x', '$SYS/x', 'end']) await listener.publish(topic, new Uint8Array(), 1);
  expect(await receiver.heardUntil('end')).toEqual([]);
});

it('[MQTT-4.7.3-1] closes a connection at an empty topic or filter', async () => {
  const { toldAt } = await openListener();
  const empty = field('');
  for (const packet of [bytes(0x30, ...empty), bytes(0x82, 0, 1, ...empty, 0), bytes(0xa2, 0, 1, ...empty)]) {
    expect(await toldAt(packet)).toEqual([]);
  }
});

it('[MQTT-4.7.3-4] compares topics and filters character by character, and changes none', async () => {
  const { client, reader } = await openListener();
  const topics = ['caf\u00e9', 'cafe\u0301', 'Caf\u00e9', '/', '//', ' a', 'a ', '\ufb01', 'fi', '\ufffd', '\u{1f4f7}'];
  const publisher = await client();
  for (const filter of topics) {
    const receiver = await reader([filter, 0], ['end', 0]);
    publisher.send(...topics.map((topic) => publish(topic)), end);
    expect((await receiver.heardUntil('end')).map(({ topic }) => topic)).toEqual([filter]);
    receiver.cut();
  }
});

it('[MQTT-4.8.0-1] closes the connection that breaks the protocol, and no other', async () => {
  const { toldAt, reader, client } = await openListener();
  const [receiver, publisher] = [await reader(['x', 0]), await client()];
  const wrong = [
    ...[0x00, 0xf0, 0xb0, 0xd0].map((first) => bytes(first)),
    bytes(0x20, 0, 0),
    bytes(0x90, 0, 1, 0),
    ...[0x40, 0x50, 0x62, 0x70].flatMap((first) => [bytes(first, 0), bytes(first, 0, 1, 0)]),
    bytes(0xc0, 0),
    bytes(0xe0, 0),
    [0x30, 0xff, 0xff, 0xff, 0xff, 0x01],
  ];
  for (const packet of wrong) expect(await toldAt(packet)).toEqual([]);
  publisher.send(publish('x'));
  await receiver.next('publish');
});

it('[MQTT-4.8.0-2] keeps the connection of a message that the disk did not take, and sends no PUBACK for it', async () => {
  const { client } = await openListener({}, { take: async (_, { topic }) => topic === 'full' && 'unacknowledged' });
  const publisher = await client();
  publisher.send(publish('full', '', { qos: 1, messageId: 1 }), publish('x', '', { qos: 1, messageId: 2 }), ping);
  const answers: string[] = [];
  while (!answers.includes('puback 2') || !answers.includes('pingresp')) {
    if (publisher.received.length === 0) await publisher.more();
    const { cmd, messageId } = publisher.received.shift()!;
    answers.push(messageId === undefined ? cmd : `${cmd} ${messageId}`);
  }
  expect(answers.sort()).toEqual(['pingresp', 'puback 2']);
});

it('[MQTT-7.0.0-2] [MQTT-7.1.1-1] serves over plain TCP, to clients that have nothing but the standard', async () => {
  const { client, reader } = await openListener();
  const receiver = await reader(['greeting', 1]);
  const publisher = await client();
  const packet = Buffer.from([...bytes(0x32, ...field('greeting'), 0, 1, ...Buffer.from('hello'))]);
  // A stream of bytes: packets begin and end anywhere in it.
  for (const byte of packet) publisher.send([byte]);
  await publisher.next('puback');
  expect(String((await receiver.next('publish')).payload)).toBe('hello');
});
