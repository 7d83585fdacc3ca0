import { Edge } from '@ddnn/edge-broker';
import { encodeStatus } from '@ddnn/protocol';
import { expect, it } from 'vitest';
import { bundle, EPOCH, edgeConfig, logger } from '../../edge-broker/test/tiny-site.js';
import { clientsOf, later, openListener } from './open-listener.js';
import { connectPacket, publish, subscribe } from './packets.js';

const ping = { cmd: 'pingreq' } as const;

/** A real edge, with its rules. */
async function startEdge(flags: Record<string, unknown> = {}) {
  const edge = new Edge(edgeConfig({ 'mqtt.takeoverMs': 100, ...flags }), { logger });
  const { mqttPort, healthPort } = await edge.start();
  later(() => edge.stop());
  const clients = clientsOf(mqttPort);
  return { ...clients, device: () => clients.client({ username: '0', clientId: 'cam' }), healthPort };
}

const online = Buffer.from(
  encodeStatus(EPOCH, {
    state: 'online',
    view: 0,
    views: 3,
    classes: 3,
    scoreBytes: 3,
    featureBytes: bundle.shapes.device.featureBytes,
    slotMs: 0,
    bundle: bundle.hash,
    version: '0.1.0',
  }),
);

it('[MQTT-3.3.5-2] lets viewers publish nothing: it closes the connection, and refuses a last will', async () => {
  const { toldAt, toldFirst, reader, device } = await startEdge();
  const receiver = await reader(['#', 0]);
  // The status of the edge itself, which is kept.
  await receiver.next('publish');
  for (const topic of ['s/0', 'i/0', 'e', 'x', '$SYS/x', '$x']) expect(await toldAt(publish(topic))).toEqual([]);
  const will = { topic: 'x', payload: Buffer.from('gone'), qos: 0, retain: false } as const;
  expect(await toldFirst(connectPacket({ will }))).toMatchObject([{ cmd: 'connack', returnCode: 5 }]);
  (await device()).send(publish('t/0', 'last'));
  expect(await receiver.heardUntil('t/0')).toEqual([]);
});

it('[MQTT-3.8.3-2] [MQTT-3.8.4-5] refuses filters that begin with $, and to devices everything but their own', async () => {
  const { client, device } = await startEdge();
  const viewer = await client();
  viewer.send(subscribe(1, ['$SYS/#', 0], ['$share/group/s/#', 0], ['$x', 0], ['#', 2]));
  expect((await viewer.next('suback')).granted).toEqual([128, 128, 128, 2]);
  const camera = await device();
  camera.send(subscribe(1, ['#', 0], ['q/+', 0], ['q/1', 0], ['q/0', 0], ['e', 1]));
  expect((await camera.next('suback')).granted).toEqual([128, 128, 128, 0, 1]);
});

it('[MQTT-3.3.1-5] [MQTT-3.1.2-17] keeps the status of a device for later subscribers, and no other message or last will, whatever it says', async () => {
  const { client, device } = await startEdge();
  const first = await device();
  first.send(publish('i/0', online as never, { qos: 1, messageId: 1, retain: true }));
  await first.next('puback');
  first.send(publish('t/0', 'kept?', { qos: 1, messageId: 2, retain: true }));
  await first.next('puback');
  first.send({ cmd: 'disconnect' });
  await first.closed();
  const will = { topic: 't/0', payload: Buffer.from('kept?'), qos: 1, retain: true } as const;
  const second = await client({ username: '0', will });
  const viewer = await client();
  viewer.send(subscribe(1, ['t/0', 0], ['i/0', 0]));
  await viewer.next('suback');
  expect(await viewer.next('publish')).toMatchObject({ topic: 'i/0', retain: true });
  second.cut();
  expect(await viewer.next('publish')).toMatchObject({ topic: 't/0', retain: false });
  const late = await client();
  late.send(subscribe(1, ['t/0', 0], ['i/0', 0]));
  await late.next('suback');
  expect(await late.next('publish')).toMatchObject({ topic: 'i/0', retain: true });
});

it('[MQTT-3.1.3-2] [MQTT-3.1.4-2] lets a device be thrown out by nobody who takes its client id, and refuses a second of its name while the first lives', async () => {
  const { client, device, toldFirst } = await startEdge();
  const first = await device();
  const viewer = await client({ clientId: 'cam' });
  const refused = toldFirst(connectPacket({ username: '0', clientId: 'cam' }));
  // It says that it lives, as every client does that is asked.
  const { messageId } = await first.next('pubrel');
  first.send({ cmd: 'pubcomp', messageId });
  expect(await refused).toMatchObject([{ cmd: 'connack', returnCode: 2 }]);
  for (const each of [first, viewer]) {
    each.send(ping);
    await each.next('pingresp');
  }
});

it('[MQTT-7.0.0-1] is a client too: its bridge keeps to the standard at a server that closes every connection that does not', async () => {
  const taken: string[] = [];
  let heard = () => {};
  const cloud = new Promise<void>((resolve) => {
    heard = resolve;
  });
  const { port, listener } = await openListener(
    {},
    {
      take: (_, { topic }) => {
        taken.push(topic);
        if (taken.length === 2) heard();
      },
    },
  );
  const { device } = await startEdge({ 'uplink.url': `mqtt://127.0.0.1:${port}` });
  const camera = await device();
  camera.send(publish('i/0', online as never, { qos: 1, messageId: 1, retain: true }));
  await cloud;
  expect(taken.sort()).toEqual(['u/site/edge/i', 'u/site/edge/i/0']);
  expect(listener.connections).toBe(1);
});
