import { expect, it } from 'vitest';
import { openListener } from './open-listener.js';
import { bytes, field, publish, subscribe } from './packets.js';
import type { RawClient } from './raw-client.js';

const ping = { cmd: 'pingreq' } as const;

/** What a new subscriber to that filter is sent at once: all up to a message that is published then. */
async function keptFor(publisher: RawClient, subscriber: RawClient, filter: string, qos: 0 | 1 | 2 = 2) {
  subscriber.send(subscribe(1, [filter, qos], ['late', 0]));
  await subscriber.next('suback');
  // What is kept is on its way when the answer to a ping is.
  subscriber.send(ping);
  while (!subscriber.received.some(({ cmd }) => cmd === 'pingresp')) await subscriber.more();
  publisher.send(publish('late'));
  const heard = await subscriber.heardUntil('late');
  return heard.map(({ topic, payload, qos: at, retain }) => [topic, String(payload), at, retain]);
}

it('[MQTT-3.3.1-2] sends no message at QoS 0 as sent again, and closes a connection that does', async () => {
  const { toldAt, client, reader } = await openListener();
  expect(await toldAt(publish('x', '', { dup: true }))).toEqual([]);
  const receiver = await reader(['x', 0]);
  (await client()).send(publish('x', '', { qos: 1, messageId: 1, dup: true }));
  expect(await receiver.next('publish')).toMatchObject({ qos: 0, dup: false });
});

it('[MQTT-3.3.1-3] sends a message as new, whether its publisher sent it again or not', async () => {
  const { heardOf } = await openListener();
  const heard = await heardOf(async (publisher) => {
    await publisher.deliver(publish('x', '', { qos: 1, messageId: 1, dup: true }));
    await publisher.deliver(publish('x', '', { qos: 2, messageId: 2, dup: true }));
  });
  expect(heard.map(({ qos, dup }) => [qos, dup])).toEqual([
    [1, false],
    [2, false],
  ]);
});

it('[MQTT-3.3.1-4] closes a connection at a message of QoS 3', async () => {
  const { toldAt } = await openListener();
  expect(await toldAt(bytes(0x36, ...field('x'), 0, 1))).toEqual([]);
});

it('[MQTT-3.3.1-5] [MQTT-3.3.1-6] [MQTT-3.3.1-8] keeps the last retained message of a topic, with its QoS, and sends it to new subscribers as retained', async () => {
  const { client } = await openListener();
  const publisher = await client();
  await publisher.deliver(publish('a/1', 'first', { qos: 1, messageId: 1, retain: true }));
  await publisher.deliver(publish('a/1', 'last', { qos: 1, messageId: 2, retain: true }));
  await publisher.deliver(publish('a/2', 'other', { qos: 2, messageId: 3, retain: true }));
  const kept = await keptFor(publisher, await client(), 'a/+');
  expect(kept.sort()).toEqual([
    ['a/1', 'last', 1, true],
    ['a/2', 'other', 2, true],
  ]);
});

it('[MQTT-3.3.1-7] lets a retained message at QoS 0 take the place of the one before', async () => {
  const { client } = await openListener();
  const publisher = await client();
  await publisher.deliver(publish('x', 'before', { qos: 1, messageId: 1, retain: true }));
  publisher.send(publish('x', 'after', { retain: true }));
  await publisher.deliver(publish('y', '', { qos: 1, messageId: 2 }));
  expect(await keptFor(publisher, await client(), 'x')).toEqual([['x', 'after', 0, true]]);
});

it('[MQTT-3.3.1-9] sends a message to those who subscribed before as not retained', async () => {
  const { heardOf } = await openListener();
  const heard = await heardOf(async (publisher) => {
    publisher.send(publish('x', '', { retain: true }));
    await publisher.deliver(publish('x', '', { qos: 1, messageId: 1, retain: true }));
  });
  expect(heard.map(({ qos, retain }) => [qos, retain])).toEqual([
    [0, false],
    [1, false],
  ]);
});

it('[MQTT-3.3.1-10] [MQTT-3.3.1-11] takes an empty retained message for the end of the one that was kept, and keeps nothing', async () => {
  const { client, reader } = await openListener();
  const receiver = await reader(['x', 1]);
  const publisher = await client();
  await publisher.deliver(publish('x', 'kept', { qos: 1, messageId: 1, retain: true }));
  await publisher.deliver(publish('x', '', { qos: 1, messageId: 2, retain: true }));
  const heard = [await receiver.next('publish'), await receiver.next('publish')];
  expect(heard.map(({ payload, retain }) => [String(payload), retain])).toEqual([
    ['kept', false],
    ['', false],
  ]);
  expect(await keptFor(publisher, await client(), 'x')).toEqual([]);
});

it('[MQTT-3.3.1-12] leaves a retained message as it is when one without the flag comes', async () => {
  const { client } = await openListener();
  const publisher = await client();
  await publisher.deliver(publish('x', 'kept', { qos: 1, messageId: 1, retain: true }));
  await publisher.deliver(publish('x', 'passing', { qos: 1, messageId: 2 }));
  await publisher.deliver(publish('x', '', { qos: 1, messageId: 3 }));
  expect(await keptFor(publisher, await client(), 'x')).toEqual([['x', 'kept', 1, true]]);
});

it('[MQTT-3.3.2-1] closes a connection at a message whose topic is missing, cut off or not UTF-8', async () => {
  const { toldAt } = await openListener();
  for (const body of [[], [0], [0, 5, 0x61], field([0xff])]) expect(await toldAt(bytes(0x30, ...body))).toEqual([]);
});

it('[MQTT-3.3.2-2] [MQTT-4.7.1-1] closes a connection at a topic with a wildcard', async () => {
  const { toldAt } = await openListener();
  for (const topic of ['#', '+', 'a/#', '+/a', 'a+', 'a#b']) expect(await toldAt(publish(topic))).toEqual([]);
});

it('[MQTT-3.3.2-3] sends a subscriber only topics that its filter covers', async () => {
  const { client, reader } = await openListener();
  const receiver = await reader(['a/+/c', 0], ['end', 0]);
  const publisher = await client();
  for (const topic of ['a', 'a/b', 'a/b/c', 'a/b/c/d', 'a//c', '/a/b/c', 'A/b/c']) publisher.send(publish(topic));
  publisher.send(publish('end'));
  expect((await receiver.heardUntil('end')).map(({ topic }) => topic)).toEqual(['a/b/c', 'a//c']);
});

it('[MQTT-3.3.4-1] answers a message as its QoS asks: with nothing, PUBACK or PUBREC', async () => {
  const { client } = await openListener();
  const publisher = await client();
  publisher.send(publish('x'), ping);
  await publisher.next('pingresp');
  publisher.send(publish('x', '', { qos: 1, messageId: 1 }));
  await publisher.next('puback');
  publisher.send(publish('x', '', { qos: 2, messageId: 2 }));
  await publisher.next('pubrec');
});

it('[MQTT-3.3.5-1] sends a message once to a subscriber with several filters for it, at the highest QoS of them', async () => {
  const { client, reader } = await openListener();
  const publisher = await client();
  const orders = [
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0],
  ] as const;
  for (const [a, b, c] of orders) {
    const receiver = await reader(['a/#', a], ['a/+', b], ['a/b', c], ['end', 0]);
    await publisher.deliver(publish('a/b', '', { qos: 2, messageId: 1 }));
    publisher.send(publish('end'));
    expect((await receiver.heardUntil('end')).map(({ qos }) => qos)).toEqual([2]);
    receiver.cut();
  }
});

it('[MQTT-3.3.5-2] closes a connection at a message that it may not publish, and nobody hears it', async () => {
  const { toldAt, heardOf } = await openListener();
  const heard = await heardOf(async () => {
    for (const qos of [0, 1, 2] as const) {
      const id = qos > 0 ? { messageId: 1 } : {};
      expect(await toldAt(publish('no', '', { qos, ...id }))).toEqual([]);
    }
  });
  expect(heard).toEqual([]);
});

it('[MQTT-4.3.2-2] takes a message at QoS 1 for a new one once the one before under its identifier is acknowledged', async () => {
  const { heardOf } = await openListener();
  const heard = await heardOf(async (publisher) => {
    await publisher.deliver(publish('x', 'a', { qos: 1, messageId: 1 }));
    await publisher.deliver(publish('x', 'b', { qos: 1, messageId: 1, dup: true }));
  });
  expect(heard.map(({ payload }) => String(payload))).toEqual(['a', 'b']);
});

it('[MQTT-4.3.3-1] sends a message at QoS 2 in two steps: PUBLISH, and PUBREL for its PUBREC', async () => {
  const { client, reader } = await openListener();
  const receiver = await reader(['x', 2]);
  await (await client()).deliver(publish('x', 'a', { qos: 2, messageId: 7 }));
  const { messageId, dup, qos } = await receiver.next('publish');
  expect([dup, qos]).toEqual([false, 2]);
  receiver.send(ping);
  await receiver.next('pingresp');
  receiver.send({ cmd: 'pubrec', messageId });
  expect((await receiver.next('pubrel')).messageId).toBe(messageId);
  receiver.send({ cmd: 'pubcomp', messageId }, ping);
  await receiver.next('pingresp');
});

it('[MQTT-4.3.3-2] [MQTT-4.1.0-1] passes a message at QoS 2 on once, however often it comes before its PUBREL, and takes the next for a new one', async () => {
  const { heardOf } = await openListener();
  const heard = await heardOf(async (publisher) => {
    for (const dup of [false, true, true]) {
      publisher.send(publish('x', 'a', { qos: 2, messageId: 7, dup }));
      await publisher.next('pubrec');
    }
    for (let i = 0; i < 2; i++) {
      publisher.send({ cmd: 'pubrel', messageId: 7 });
      await publisher.next('pubcomp');
    }
    await publisher.deliver(publish('x', 'b', { qos: 2, messageId: 7 }));
  });
  expect(heard.map(({ payload }) => String(payload))).toEqual(['a', 'b']);
});
