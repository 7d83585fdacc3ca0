import { expect, it } from 'vitest';
import { end, openListener } from './open-listener.js';
import { bytes, field, publish, subscribe, unsubscribe } from './packets.js';

const ping = { cmd: 'pingreq' } as const;
const x = field('x');

it('[MQTT-3.8.3-1] [MQTT-3.10.3-1] closes a connection at a filter that is cut off or not UTF-8', async () => {
  const { toldAt } = await openListener();
  for (const filter of [[0, 9, 0x61], field([0xff])]) {
    expect(await toldAt(bytes(0x82, 0, 1, ...filter, 0))).toEqual([]);
    expect(await toldAt(bytes(0xa2, 0, 1, ...filter))).toEqual([]);
  }
});

it('[MQTT-3.8.3-2] supports wildcards in filters', async () => {
  const { client, reader } = await openListener();
  const receiver = await reader(['+/b', 0], ['c/#', 0], ['end', 0]);
  const publisher = await client();
  publisher.send(...['a/b', 'a/x', 'c', 'c/d/e', 'b'].map((topic) => publish(topic)), end);
  expect((await receiver.heardUntil('end')).map(({ topic }) => topic)).toEqual(['a/b', 'c', 'c/d/e']);
});

it('[MQTT-3.8.3-3] closes a connection at a SUBSCRIBE without a filter', async () => {
  const { toldAt } = await openListener();
  expect(await toldAt(bytes(0x82, 0, 1))).toEqual([]);
  expect(await toldAt(bytes(0x82))).toEqual([]);
});

it('[MQTT-3.8.3-4] closes a connection at a filter of QoS 3, with reserved bits, or without its QoS', async () => {
  const { toldAt } = await openListener();
  for (const options of [3, 4, 0x80]) expect(await toldAt(bytes(0x82, 0, 1, ...x, options))).toEqual([]);
  expect(await toldAt(bytes(0x82, 0, 1, ...x))).toEqual([]);
});

it('[MQTT-3.8.4-1] [MQTT-3.8.4-5] [MQTT-3.9.3-1] [MQTT-3.9.3-2] answers a SUBSCRIBE with a SUBACK: what is granted, or 128, filter by filter in their order', async () => {
  const { client } = await openListener();
  const reader = await client();
  reader.send(subscribe(1, ['a', 2], ['private', 1], ['b', 0], ['$SYS/#', 0], ['c', 1], ['$share/group/d', 1]));
  expect((await reader.next('suback')).granted).toEqual([2, 128, 0, 128, 1, 128]);
});

it('[MQTT-3.8.4-5] gives one return code for both where a SUBSCRIBE names one filter twice, and the second counts', async () => {
  const { client } = await openListener();
  const reader = await client();
  reader.send(subscribe(1, ['x', 0], ['y', 0], ['x', 1]));
  expect((await reader.next('suback')).granted).toEqual([1, 0]);
});

it('[MQTT-3.8.4-3] lets a SUBSCRIBE to a filter that is there take its place, and sends what is kept once more', async () => {
  const { client } = await openListener();
  const [reader, publisher] = [await client(), await client()];
  publisher.send(publish('x', 'kept', { qos: 1, messageId: 1, retain: true }));
  await publisher.next('puback');
  for (const qos of [2, 0, 1] as const) {
    reader.send(subscribe(1, ['x', qos]));
    expect((await reader.next('suback')).granted).toEqual([qos]);
    expect(await reader.next('publish')).toMatchObject({ retain: true, qos: Math.min(qos, 1) });
    await publisher.deliver(publish('x', 'passing', { qos: 2, messageId: 2 }));
    expect(await reader.next('publish')).toMatchObject({ retain: false, qos });
  }
  reader.send(ping);
  await reader.next('pingresp');
});

it('[MQTT-3.8.4-4] takes a SUBSCRIBE with several filters as several, and answers once', async () => {
  const { client, reader } = await openListener();
  const receiver = await reader(['a', 0], ['b', 0], ['c', 0], ['end', 0]);
  (await client()).send(...['a', 'b', 'c', 'd', 'end'].map((topic) => publish(topic)));
  const heard = await receiver.heardUntil('end');
  expect(heard.map(({ topic }) => topic)).toEqual(['a', 'b', 'c']);
  expect(receiver.received).toEqual([]);
});

it('[MQTT-3.8.4-6] sends a message at the lower of its own QoS and that of the subscription', async () => {
  const { client, reader } = await openListener();
  const publisher = await client();
  for (const filter of ['a/b', 'a/+', '#']) {
    for (const granted of [0, 1, 2] as const) {
      const receiver = await reader([filter, granted]);
      publisher.send(publish('a/b'));
      await publisher.deliver(publish('a/b', '', { qos: 1, messageId: 1 }));
      await publisher.deliver(publish('a/b', '', { qos: 2, messageId: 2 }));
      const heard = [await receiver.next('publish'), await receiver.next('publish'), await receiver.next('publish')];
      expect(heard.map(({ qos }) => qos).sort()).toEqual([0, Math.min(1, granted), granted]);
      receiver.cut();
    }
  }
  await publisher.deliver(publish('a/kept', '!', { qos: 1, messageId: 3, retain: true }));
  for (const granted of [0, 1, 2] as const) {
    const receiver = await reader(['a/#', granted]);
    expect(await receiver.next('publish')).toMatchObject({ retain: true, qos: Math.min(1, granted) });
  }
});

it('[MQTT-3.10.3-2] closes a connection at an UNSUBSCRIBE without a filter', async () => {
  const { toldAt } = await openListener();
  expect(await toldAt(bytes(0xa2, 0, 1))).toEqual([]);
  expect(await toldAt(bytes(0xa2))).toEqual([]);
});

it('[MQTT-3.10.4-1] [MQTT-3.10.4-2] ends the subscription whose filter is the same character by character, and no other', async () => {
  const { client, reader } = await openListener();
  const receiver = await reader(['a/b', 0], ['a/+', 1], ['c/#', 0], ['end', 0]);
  const publisher = await client();
  const heard = async () => {
    publisher.send(publish('a/b', '', { qos: 1, messageId: 1 }), publish('c'), end);
    return (await receiver.heardUntil('end')).map(({ topic, qos }) => `${topic} ${qos}`);
  };
  receiver.send(unsubscribe(2, 'a/#', 'A/b', 'c/+', '#', 'c'));
  await receiver.next('unsuback');
  expect((await heard()).sort()).toEqual(['a/b 1', 'c 0']);
  receiver.send(unsubscribe(3, 'a/+', 'c/#'));
  await receiver.next('unsuback');
  expect(await heard()).toEqual(['a/b 0']);
  receiver.send(unsubscribe(4, 'a/b'));
  await receiver.next('unsuback');
  expect(await heard()).toEqual([]);
});

it('[MQTT-3.10.4-3] completes a message at QoS 2 that was under way when its subscription ended', async () => {
  const { client, reader } = await openListener();
  const receiver = await reader(['x', 2]);
  const publisher = await client();
  publisher.send(publish('x', '', { qos: 2, messageId: 1 }));
  const { messageId } = await receiver.next('publish');
  receiver.send(unsubscribe(2, 'x'));
  await receiver.next('unsuback');
  receiver.send({ cmd: 'pubrec', messageId });
  expect((await receiver.next('pubrel')).messageId).toBe(messageId);
});

it('[MQTT-3.10.4-5] [MQTT-3.10.4-6] answers an UNSUBSCRIBE with one UNSUBACK, of several filters and of none that is there', async () => {
  const { client } = await openListener();
  const reader = await client();
  reader.send(unsubscribe(1, 'never'), unsubscribe(2, 'a', 'b', 'c'), ping);
  expect([(await reader.next('unsuback')).messageId, (await reader.next('unsuback')).messageId]).toEqual([1, 2]);
  await reader.next('pingresp');
});

it('keeps a filter that is unsubscribed from and subscribed to again in one breath', async () => {
  const { client } = await openListener();
  const [reader, publisher] = [await client(), await client()];
  reader.send(subscribe(1, ['x', 1]), unsubscribe(2, 'x'), subscribe(3, ['x', 1]));
  for (const cmd of ['suback', 'unsuback', 'suback']) await reader.next(cmd);
  publisher.send(publish('x', '', { qos: 1, messageId: 1 }));
  expect((await reader.next('publish')).qos).toBe(1);
});
