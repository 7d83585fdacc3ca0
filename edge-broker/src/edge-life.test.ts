import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import {
  decodeVerdicts,
  encodeAcknowledgement,
  encodeStatus,
  encodeSummary,
  encodeUplinkFeatures,
  topic,
} from '@ddnn/protocol';
import mqtt from 'mqtt';
import { describe, expect, it, vi } from 'vitest';
import { listenAsCloud } from '../test/cloud.js';
import { Devices } from '../test/path-rig.js';
import {
  bundle,
  EPOCH,
  edgeConfig,
  logger,
  newFolder,
  open,
  openOutbox,
  root,
  unanswered,
  until,
  VIEWS,
} from '../test/tiny-site.js';
import { Edge } from './edge.js';
import type { EdgeError } from './edge-error.js';
import { Outbox } from './outbox/outbox.js';
import type { VerdictJson } from './verdict-json.js';

/** A server on a port of its own that does with each connection what the test says. */
async function serve(onConnection: (socket: Socket) => void = () => {}): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => onConnection(socket.on('error', () => {}))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(async () => void server.close());
  return { server, port: (server.address() as AddressInfo).port };
}

/** Sockets and listeners of this process, once those that are closing are gone. */
async function sockets(): Promise<string[]> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  return process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP'));
}

const takenPort = async (setting: string) => {
  const { server, port } = await serve();
  return { flags: { [setting]: port }, mend: () => new Promise((resolve) => server.close(resolve)) };
};
/** Causes of a failed start: how to make and how to mend them. */
const causes = {
  'the MQTT port is taken': () => takenPort('mqtt.port'),
  'the health port is taken': () => takenPort('health.port'),
  'the bundle is broken': async () => {
    const good = readFileSync(edgeConfig().bundle);
    const file = join(root, 'broken.ddnn');
    writeFileSync(file, Uint8Array.from(good).fill(7, 100, 110));
    return { flags: { bundle: file }, mend: async () => writeFileSync(file, good) };
  },
  'the outbox is locked': async () => {
    const { outbox, folder } = await openOutbox();
    return { flags: { 'outbox.folder': folder }, mend: () => outbox.stop() };
  },
};

describe('the life of an edge', () => {
  it.each(Object.entries(causes))(
    'leaves nothing open after a start that fails because %s, and starts once that is mended',
    async (_, make) => {
      const { flags, mend } = await make();
      const config = edgeConfig({ 'uplink.url': 'mqtt://127.0.0.1:1', ...flags });
      const before = await sockets();
      const edge = new Edge(config, { logger });
      await expect(edge.start()).rejects.toThrow();
      expect(await sockets()).toEqual(before);
      await mend();
      const again = await openOutbox({ folder: config.outbox.folder });
      await again.outbox.stop();
      const { mqttPort, healthPort } = await edge.start();
      const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${mqttPort}`, { reconnectPeriod: 0 });
      await client.endAsync();
      const ready = await (await fetch(`http://127.0.0.1:${healthPort}/readyz`)).json();
      expect(ready).toMatchObject({ failing: { cloud: expect.stringContaining('not connected to the cloud: ') } });
      await edge.stop();
      await edge.stop();
      await expect(fetch(`http://127.0.0.1:${healthPort}/healthz`)).rejects.toThrow();
    },
  );

  it('does not touch the site time of the edge that has its outbox', async () => {
    const { folder } = await openOutbox();
    const file = join(folder, 'site-time.json');
    const time = { boot: null, monotonic: 0, site: 5, passed: 5, reserved: 15_005 };
    writeFileSync(file, JSON.stringify(time));
    const second = new Edge(edgeConfig({ 'outbox.folder': folder }), { logger });
    await expect(second.start()).rejects.toMatchObject({ code: 'DDNN_OUTBOX_LOCKED' });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(time);
  });

  it('closes everything, though its disk takes no record any more', async () => {
    const folder = newFolder();
    const { outbox } = await openOutbox({ folder });
    // Of another epoch: it is answered at the start, and its record waits.
    const best = { classIndex: 1, uncertainty: 0.5 };
    await outbox.begin(8, { epoch: EPOCH + 1, states: Uint8Array.of(2, 1, 1), best });
    await outbox.stop();
    const { port } = await serve((socket) => void socket.resume());
    const before = await sockets();
    const refuses = vi.spyOn(Outbox.prototype, 'putRecords').mockRejectedValue(new Error('no space'));
    open.push(async () => refuses.mockRestore());
    const edge = new Edge(edgeConfig({ 'outbox.folder': folder, 'uplink.url': `mqtt://127.0.0.1:${port}` }), {
      logger,
    });
    await edge.start();
    await until(async () => (await sockets()).length > before.length + 3);
    await expect(edge.stop()).rejects.toThrow('no space');
    await until(async () => (await sockets()).length <= before.length);
  });

  it('is ready again once the outbox has dropped what the cloud has no bundle for', async () => {
    const folder = newFolder();
    // So that they are too old soon, but not before the cloud has spoken.
    const { outbox } = await openOutbox({ folder, now: () => Date.now() + 1_000 });
    const { featureBytes } = bundle.shapes.device;
    const sizes = { views: VIEWS, viewFeatureBytes: featureBytes, edgeFeatureBytes: 0 };
    for (const slot of [1, 2]) {
      const body = new Uint8Array(2 * featureBytes);
      const sample = { slot, states: unanswered(slot).states, content: 'views' as const, body };
      await outbox.put(unanswered(slot), encodeUplinkFeatures(EPOCH - 1, [sample], sizes));
    }
    await outbox.stop();
    const names = { site: 'site', edge: 'edge' };
    const held = encodeAcknowledgement(EPOCH - 1, { of: 'uplinkFeatures', result: 'held', slots: [1] });
    const { cloud, port } = await listenAsCloud(({ topic: name }) => {
      if (name === topic('uplinkFeatures', names)) void cloud.publish(topic('acknowledgement', names), held, 1);
    });
    const flags = { 'outbox.folder': folder, 'outbox.maxAgeMs': 1_000, 'uplink.url': `mqtt://127.0.0.1:${port}` };
    const edge = new Edge(edgeConfig(flags), { logger });
    const { healthPort } = await edge.start();
    open.push(() => edge.stop());
    const readyz = async () => (await fetch(`http://127.0.0.1:${healthPort}/readyz`)).text();
    await until(async () => (await readyz()).includes('2 waiting entries'));
    await until(async () => (await readyz()).includes('"ready"'));
  });

  it('gives up where another edge is connected under its name, and says how to tell them apart', async () => {
    // CONNACK, return code 2: identifier rejected.
    let asked = '';
    const { port } = await serve((socket) =>
      socket.once('data', (data) => {
        asked = data.toString('latin1');
        socket.end(Buffer.from([0x20, 2, 0, 2]));
      }),
    );
    const heard: EdgeError[] = [];
    const uplink = { 'uplink.url': `mqtt://127.0.0.1:${port}`, 'uplink.reconnectMs': 50 };
    const config = edgeConfig({ ...uplink, site: 'a-b', edge: 'c' });
    const edge = new Edge(config, { logger, giveUp: (error) => void heard.push(error) });
    await edge.start();
    open.push(() => edge.stop());
    await until(() => heard.length > 0);
    expect(heard[0]).toMatchObject({ code: 'DDNN_EDGE_TAKEN', userFault: true });
    expect(heard[0].message).toContain('"a-b/c"');
    // A site may end and an edge begin with a dash; their client id tells them apart.
    expect(asked).toContain('a-b/c');
  });

  it('publishes an answer to every sample that it stores, though samples go on coming while it stops', async () => {
    const folder = newFolder();
    const flags = { 'outbox.folder': folder, verdictTopic: true, localThreshold: 1, 'records.batch': 1024 };
    const edge = new Edge(edgeConfig(flags), { logger });
    const { mqttPort } = await edge.start();
    const connect = async (options = {}) => {
      const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${mqttPort}`, { reconnectPeriod: 0, ...options });
      client.on('error', () => {});
      open.push(() => client.endAsync(true));
      return client;
    };
    const viewer = await connect();
    const published: number[] = [];
    viewer.on('message', (_, payload) => published.push((JSON.parse(String(payload)) as VerdictJson).slot));
    await viewer.subscribeAsync('ddnn/site/verdict', { qos: 1 });
    const device = await connect({ username: '0' });
    const status = { state: 'online', view: 0, views: VIEWS, classes: 3, scoreBytes: 3, slotMs: 0 } as const;
    const { featureBytes } = bundle.shapes.device;
    const birth = encodeStatus(EPOCH, { ...status, featureBytes, bundle: bundle.hash, version: '0.1.0' });
    await device.publishAsync('i/0', Buffer.from(birth), { qos: 1 });
    const body = new Devices(bundle).scores(0, 0);
    let slot = 0;
    const sending = setInterval(() => {
      for (let i = 0; i < 20; i++)
        device.publish('s/0', Buffer.from(encodeSummary(EPOCH, [{ slot: slot++, body }], 3)));
    }, 1);
    open.push(async () => clearInterval(sending));
    await until(() => published.length > 0);
    const gone = new Promise<void>((resolve) => viewer.once('close', () => resolve()));
    await edge.stop();
    await gone;
    const { outbox } = await openOutbox({ folder });
    const stored: number[] = [];
    for (const entry of outbox.entries()) {
      const frame = (await outbox.read(entry))!;
      stored.push(...decodeVerdicts(frame, 'record', EPOCH, VIEWS, 1024).map((verdict) => verdict.slot));
    }
    expect(stored.length).toBeGreaterThan(20);
    expect(published.sort((a, b) => a - b)).toEqual(stored.sort((a, b) => a - b));
  });
});
