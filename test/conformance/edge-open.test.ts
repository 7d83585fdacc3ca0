import { Edge } from '@ddnn/edge-broker';
import { createLogger } from '@ddnn/process';
import { expect, it } from 'vitest';
import { edgeConfig, logger } from '../../edge-broker/test/tiny-site.js';
import { clientsOf, end, later } from './open-listener.js';
import { connectPacket, publish, subscribe } from './packets.js';

/** An edge with `--open`, and what it warns of. */
async function startOpen(flags: Record<string, unknown> = {}) {
  const warnings: unknown[] = [];
  const heard = Object.assign(Object.create(createLogger({ name: 'edge', level: 'silent' })), {
    warn: (...said: unknown[]) => void warnings.push(said.at(-1)),
  });
  const edge = new Edge(edgeConfig({ 'mqtt.open': true, ...flags }), { logger: heard });
  const { mqttPort, healthPort } = await edge.start();
  later(() => edge.stop());
  return { ...clientsOf(mqttPort), warnings, url: (path: string) => `http://127.0.0.1:${healthPort}${path}` };
}

it('lets anybody publish and read, and keeps what is retained', async () => {
  const { client, reader } = await startOpen();
  const receiver = await reader(['a/#', 2], ['s/0', 1], ['end', 0]);
  const publisher = await client({ username: 'whoever', password: Buffer.from('whatever') });
  publisher.send(
    publish('a/b', 'kept', { qos: 1, messageId: 1, retain: true }),
    publish('s/0', 'no frame', { qos: 1, messageId: 2 }),
    end,
  );
  expect((await receiver.heardUntil('end')).map(({ topic }) => topic)).toEqual(['a/b', 's/0']);
  expect(await (await reader(['a/b', 0])).next('publish')).toMatchObject({ retain: true });
});

it('still lets nobody speak or hear on topics that begin with $', async () => {
  const { client, toldAt, toldFirst } = await startOpen();
  expect(await toldAt(publish('$SYS/x/new/clients', 'c1'))).toEqual([]);
  const suite = await client();
  await suite.deliver(publish('$x', 'kept?', { qos: 1, messageId: 1, retain: true }));
  for (const topic of ['$SYS/x', '$x']) {
    const will = { topic, payload: Buffer.from('gone'), qos: 0, retain: false } as const;
    expect(await toldFirst(connectPacket({ will }))).toMatchObject([{ cmd: 'connack', returnCode: 5 }]);
  }
  const reader = await client();
  reader.send(subscribe(1, ['$SYS/#', 0], ['$x', 0], ['#', 0]));
  expect((await reader.next('suback')).granted).toEqual([128, 128, 0]);
});

it('takes frames of its devices only from those that are admitted as such', async () => {
  const devices = [{ device: 'north', view: 0, token: 'secret' }];
  const { client, toldFirst, url } = await startOpen({ devices });
  expect(await toldFirst(connectPacket({ username: 'north' }))).toMatchObject([{ returnCode: 5 }]);
  const frames = async () => (await fetch(url('/metrics'))).text();
  const junk = publish('i/north', 'no status', { qos: 1, messageId: 1 });
  const stranger = await client({ username: 'south' });
  stranger.send(junk);
  await stranger.next('puback');
  expect(await frames()).not.toContain('kind="deviceStatus"');
  const device = await client({ username: 'north', password: Buffer.from('secret') });
  device.send(junk);
  await device.next('puback');
  expect(await frames()).toContain('kind="deviceStatus"');
});

it('says so in the log and on /readyz, and an edge with rules does not', async () => {
  const { warnings, url } = await startOpen();
  expect(warnings).toEqual([expect.stringContaining('mqtt.open')]);
  const { notes } = (await (await fetch(url('/readyz'))).json()) as { notes: { open?: string } };
  expect(notes.open).toContain('no access rules');
  const closed = await startOpen({ 'mqtt.open': false });
  expect(closed.warnings).toEqual([]);
  expect(await (await fetch(closed.url('/readyz'))).text()).not.toContain('open');
});

it.each(['0.0.0.0', '::', '192.0.2.1', 'edge.example'])('is refused on %s', async (host) => {
  const edge = new Edge(edgeConfig({ 'mqtt.open': true, 'mqtt.host': host }), { logger });
  await expect(edge.start()).rejects.toMatchObject({
    code: 'DDNN_EDGE_OPEN',
    userFault: true,
    message: expect.stringContaining(host),
  });
});
