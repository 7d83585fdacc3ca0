import type { IConnectPacket } from 'mqtt-packet';
import { expect, it } from 'vitest';
import { openListener } from './open-listener.js';
import { connectBytes, field, subscribe } from './packets.js';

const will = (changes: object = {}): Partial<IConnectPacket> => ({
  will: { topic: 'will', payload: Buffer.from('gone'), qos: 1, retain: false, ...changes },
});

it('[MQTT-3.1.2-8] publishes the last will of a client that is cut off or breaks the protocol', async () => {
  const { client, reader } = await openListener();
  const receiver = await reader(['will', 1]);
  const cut = await client(will());
  cut.cut();
  expect(await receiver.next('publish')).toMatchObject({ topic: 'will', qos: 1, retain: false });
  const wrong = await client(will());
  wrong.send([0xc1, 0]);
  expect(String((await receiver.next('publish')).payload)).toBe('gone');
});

it('[MQTT-3.1.2-9] closes a connection whose CONNECT announces a will and lacks its topic or message', async () => {
  const { toldFirst } = await openListener();
  expect(await toldFirst(connectBytes(0x06, ...field('raw')))).toEqual([]);
  expect(await toldFirst(connectBytes(0x06, ...field('raw'), ...field('will')))).toEqual([]);
});

it('[MQTT-3.1.2-10] [MQTT-3.14.4-3] publishes a last will once, and not at all after a DISCONNECT', async () => {
  const { client, heardOf } = await openListener();
  const heard = await heardOf(async () => {
    const inOrder = await client({ clientId: 'same', ...will() });
    inOrder.send({ cmd: 'disconnect' });
    await inOrder.closed();
    const broken = await client({ clientId: 'same', ...will({ payload: Buffer.from('broken') }) });
    broken.send([0xc1, 0]);
    await broken.closed();
    const again = await client({ clientId: 'same' });
    again.cut();
  });
  expect(heard.map(({ payload }) => String(payload))).toEqual(['broken']);
});

it('[MQTT-3.1.2-11] [MQTT-3.1.2-13] [MQTT-3.1.2-15] closes a connection whose CONNECT has parts of a will and not its flag', async () => {
  const { toldFirst } = await openListener();
  for (const flags of [0x0a, 0x12, 0x22]) expect(await toldFirst(connectBytes(flags, ...field('raw')))).toEqual([]);
  expect(await toldFirst(connectBytes(0x02, ...field('raw'), ...field('will'), ...field('gone')))).toEqual([]);
});

it('[MQTT-3.1.2-12] publishes nothing for a client without a will', async () => {
  const { client, heardOf } = await openListener();
  const heard = await heardOf(async () => {
    const cut = await client();
    cut.send([0xc1, 0]);
    await cut.closed();
  });
  expect(heard).toEqual([]);
});

it('[MQTT-3.1.2-14] closes a connection whose CONNECT has a will of QoS 3', async () => {
  const { toldFirst } = await openListener();
  expect(await toldFirst(connectBytes(0x1e, ...field('raw'), ...field('will'), ...field('gone')))).toEqual([]);
});

it('[MQTT-3.1.2-16] [MQTT-3.1.2-17] keeps a last will for later subscribers where it says so, and only there', async () => {
  const { client, reader } = await openListener();
  const receiver = await reader(['will/#', 0]);
  for (const retain of [true, false]) {
    const cut = await client(will({ topic: `will/${retain}`, retain }));
    cut.cut();
    expect(await receiver.next('publish')).toMatchObject({ topic: `will/${retain}`, retain: false });
  }
  const late = await client();
  late.send(subscribe(1, ['will/false', 0], ['will/true', 0]));
  await late.next('suback');
  expect(await late.next('publish')).toMatchObject({ topic: 'will/true', retain: true });
  late.send(subscribe(2, ['will/false', 0]), { cmd: 'pingreq' });
  await late.next('suback');
  await late.next('pingresp');
});
