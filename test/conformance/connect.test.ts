import { expect, it } from 'vitest';
import { openListener } from './open-listener.js';
import { bytes, connectBytes, connectPacket, field, publish, subscribe } from './packets.js';

const connect = connectBytes(0x02, ...field('raw'));
const ping = { cmd: 'pingreq' } as const;

it('[MQTT-3.1.0-1] closes a connection whose first packet is no CONNECT', async () => {
  const { toldFirst } = await openListener();
  for (const packet of [publish('x'), subscribe(1, ['x', 0]), ping]) expect(await toldFirst(packet)).toEqual([]);
});

it('[MQTT-3.1.0-2] closes a connection at its second CONNECT', async () => {
  const { toldAt, toldFirst } = await openListener();
  expect(await toldAt(connect)).toEqual([]);
  const told = await toldFirst(connect, connect);
  expect(told.map(({ cmd, returnCode }) => [cmd, returnCode])).toEqual([['connack', 0]]);
});

it('[MQTT-3.1.2-1] closes a connection of another protocol without a word', async () => {
  const { toldFirst } = await openListener();
  for (const name of ['MQTX', 'mqtt', '', 'AMQP']) {
    expect(await toldFirst(bytes(0x10, ...field(name), 4, 2, 0, 0, ...field('raw')))).toEqual([]);
  }
});

it('[MQTT-3.1.2-2] tells who asks for another version of the protocol, and closes the connection', async () => {
  const { toldFirst } = await openListener();
  for (const level of [0, 3, 5, 6, 132]) {
    const told = await toldFirst(bytes(0x10, ...field('MQTT'), level, 2, 0, 0, ...field('raw')));
    expect(told).toMatchObject([{ cmd: 'connack', returnCode: 1, sessionPresent: false }]);
  }
});

it('[MQTT-3.1.2-3] closes a connection whose CONNECT has the reserved flag set', async () => {
  const { toldFirst } = await openListener();
  expect(await toldFirst(connectBytes(0x03, ...field('raw')))).toEqual([]);
});

it('[MQTT-3.1.2-18] [MQTT-3.1.2-20] closes a connection whose CONNECT has a user name or password without its flag', async () => {
  const { toldFirst } = await openListener();
  expect(await toldFirst(connectBytes(0x02, ...field('raw'), ...field('user')))).toEqual([]);
  expect(await toldFirst(connectBytes(0x82, ...field('raw'), ...field('user'), ...field('secret')))).toEqual([]);
});

it('[MQTT-3.1.2-19] [MQTT-3.1.2-21] closes a connection whose CONNECT has the flag of a user name or password that is not there', async () => {
  const { toldFirst } = await openListener();
  expect(await toldFirst(connectBytes(0x82, ...field('raw')))).toEqual([]);
  expect(await toldFirst(connectBytes(0xc2, ...field('raw'), ...field('user')))).toEqual([]);
});

it('[MQTT-3.1.2-22] closes a connection whose CONNECT has a password and no user name', async () => {
  const { toldFirst } = await openListener();
  expect(await toldFirst(connectBytes(0x42, ...field('raw'), ...field('secret')))).toEqual([]);
});

it('[MQTT-3.1.2-24] closes a connection that is silent for one and a half times its keep-alive, as one that broke', async () => {
  const { client, reader } = await openListener();
  const receiver = await reader(['will', 0]);
  const silent = await client({
    keepalive: 1,
    will: { topic: 'will', payload: Buffer.from('gone'), qos: 0, retain: false },
  });
  expect(await silent.closed()).toEqual([]);
  expect(String((await receiver.next('publish')).payload)).toBe('gone');
});

it('[MQTT-3.1.3-1] reads client id, last will, user name and password in that order', async () => {
  const asked: unknown[] = [];
  const admit = (user: string | undefined, password: Uint8Array | undefined) => {
    asked.push([user, password && String(password)]);
    return 'anybody';
  };
  const { tcp, reader } = await openListener({}, { admit });
  const receiver = await reader(['will', 0]);
  const whole = await tcp();
  const fields = ['raw', 'will', 'gone', 'user', 'secret'].flatMap((text) => field(text));
  whole.send(connectBytes(0xc6, ...fields));
  expect((await whole.next('connack')).returnCode).toBe(0);
  whole.cut();
  expect(String((await receiver.next('publish')).payload)).toBe('gone');
  expect(asked.at(-1)).toEqual(['user', 'secret']);
});

it('[MQTT-3.1.3-2] [MQTT-3.1.4-2] knows a client by what admits it, not by its client id: two of one client id live side by side', async () => {
  const { client } = await openListener();
  const [first, second] = [await client({ clientId: 'same' }), await client({ clientId: 'same' })];
  first.send(subscribe(1, ['x', 0]));
  await first.next('suback');
  second.send(publish('x', 'from the second'));
  expect(String((await first.next('publish')).payload)).toBe('from the second');
  for (const each of [first, second]) {
    each.send(ping);
    await each.next('pingresp');
  }
});

it('[MQTT-3.1.3-3] closes a connection whose CONNECT has no client id field', async () => {
  const { toldFirst } = await openListener();
  expect(await toldFirst(connectBytes(0x02))).toEqual([]);
});

it('[MQTT-3.1.3-5] accepts client ids of 1 to 23 letters and digits', async () => {
  const { join } = await openListener();
  const ids = ['0', 'Z', '0123456789abcdefghijklm', 'nopqrstuvwxyzABCDEFGHIJ', 'KLMNOPQRSTUVWXYZ'];
  for (const clientId of ids) expect((await join({ clientId })).connack.returnCode).toBe(0);
});

it('[MQTT-3.1.3-6] tells clients without a client id apart', async () => {
  const { join } = await openListener();
  const both = [await join({ clientId: '' }), await join({ clientId: '' })];
  expect(both.map(({ connack }) => connack.returnCode)).toEqual([0, 0]);
  const [first, second] = both.map(({ client }) => client);
  first.send(subscribe(1, ['x', 0]));
  await first.next('suback');
  first.send(publish('x'));
  await first.next('publish');
  second.send(ping);
  await second.next('pingresp');
  expect(second.received).toEqual([]);
});

it('[MQTT-3.1.3-8] [MQTT-3.1.3-9] refuses a client that has no client id and asks for a session that lasts', async () => {
  const { toldFirst } = await openListener();
  const told = await toldFirst(connectBytes(0x00, ...field('')));
  expect(told).toMatchObject([{ cmd: 'connack', returnCode: 2, sessionPresent: false }]);
});

it('[MQTT-3.1.4-1] [MQTT-3.2.2-6] closes a connection whose CONNECT is malformed, and sends no CONNACK', async () => {
  const { toldFirst } = await openListener();
  const malformed = [
    bytes(0x10),
    bytes(0x10, ...field('MQTT')),
    bytes(0x10, ...field('MQTT'), 4, 2),
    connectBytes(0x02, 0, 9, 0x61),
    [...connectBytes(0x02, ...field('raw'), 0x61)],
    connectBytes(0x0e, ...field('raw'), ...field(''), ...field('bye')),
    connectBytes(0x0e, ...field('raw'), ...field('a/#'), ...field('bye')),
  ];
  for (const packet of malformed) expect(await toldFirst(packet)).toEqual([]);
});

it('[MQTT-3.1.4-4] acknowledges a CONNECT that it accepts with return code 0', async () => {
  const { join } = await openListener();
  expect((await join()).connack).toMatchObject({ returnCode: 0, sessionPresent: false });
});

it('[MQTT-3.1.4-5] takes nothing of what stands behind a CONNECT that it refuses', async () => {
  const { toldFirst, heardOf } = await openListener();
  const heard = await heardOf(async () => {
    await toldFirst(connectPacket({ username: 'stranger' }), publish('x'), publish('x', '', { qos: 1, messageId: 1 }));
    await toldFirst(bytes(0x10, ...field('MQTT'), 5, 2, 0, 0, ...field('raw')), publish('x'));
  });
  expect(heard).toEqual([]);
});

it('[MQTT-3.2.0-1] sends a CONNACK before anything else', async () => {
  const { client, tcp } = await openListener();
  const publisher = await client();
  publisher.send(publish('x', 'kept', { qos: 1, messageId: 1, retain: true }));
  await publisher.next('puback');
  const eager = await tcp();
  eager.send(connect, ping, subscribe(1, ['#', 1]), publish('x'));
  await eager.next('connack');
  await eager.heardUntil('x');
});

it('[MQTT-3.2.2-1] [MQTT-3.2.2-2] [MQTT-3.2.2-3] says that no session is present, for it keeps none', async () => {
  const { join } = await openListener();
  for (const clean of [false, true, false]) {
    const { client, connack } = await join({ clientId: 'same', clean });
    expect(connack).toMatchObject({ returnCode: 0, sessionPresent: false });
    client.send({ cmd: 'disconnect' });
    await client.closed();
  }
});

it('[MQTT-3.2.2-4] [MQTT-3.2.2-5] refuses credentials with return code 5, no session present, and closes the connection', async () => {
  const { toldFirst } = await openListener();
  const told = await toldFirst(connectPacket({ username: 'stranger', clean: false }));
  expect(told).toMatchObject([{ cmd: 'connack', returnCode: 5, sessionPresent: false }]);
});
