import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { until } from '@ddnn/process/testing';
import {
  encodeFeatureRequest,
  encodeFeatures,
  encodeStatus,
  encodeSummary,
  NO_VIEW,
  publishBytes,
  topic,
} from '@ddnn/protocol';
import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watch } from '../commands/watch.js';
import { BrokerFeed } from './broker-feed.js';

const missing = spawnSync('mosquitto', ['-h']).error !== undefined;
if (missing && process.env.DDNN_REQUIRE_SERVICES === '1') throw new Error('mosquitto is not on PATH');
if (missing) console.warn('skipped: mosquitto is not on PATH');

const EPOCH = 7;
const status = {
  state: 'online',
  view: NO_VIEW,
  views: 2,
  classes: 3,
  scoreBytes: 3,
  featureBytes: 4,
  slotMs: 100,
  bundle: new Uint8Array(32),
  version: '0.1.0',
} as const;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('ddnn watch on an unreachable broker', () => {
  it('says so in one line that names the URL, as the user’s fault', async () => {
    const url = `mqtt://127.0.0.1:${await freePort()}`;
    await expect(watch({ url }, new PassThrough())).rejects.toMatchObject({
      userFault: true,
      code: 'DDNN_CLI_BROKER',
      message: `${url}: no broker listens there (ECONNREFUSED)`,
    });
  });

  it.each(['127.0.0.1:1883', 'http://127.0.0.1', 'mqtt://', 'mqtt://127.0.0.1:99999', 'mqtt://user:geheim@127.0.0.1'])(
    'refuses the URL %s',
    async (url) => {
      await expect(watch({ url }, new PassThrough())).rejects.toMatchObject({
        userFault: true,
        code: 'DDNN_CONFIG_VALUE',
        message: expect.stringMatching(/^--url must (?!.*geheim)/),
      });
    },
  );

  it('tells where something else than a broker answers', async () => {
    const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await expect(watch({ url }, new PassThrough())).rejects.toMatchObject({ code: 'DDNN_CLI_BROKER' });
    server.close();
  });
});

describe.skipIf(missing)('ddnn watch on mosquitto', () => {
  let folder: string;
  let port: number;
  let url: string;
  let broker: ChildProcess | undefined;
  let publisher: MqttClient | undefined;

  async function startBroker(allowAnonymous = true): Promise<void> {
    const file = join(folder, 'mosquitto.conf');
    await writeFile(file, `listener ${port} 127.0.0.1\nallow_anonymous ${allowAnonymous}\n`);
    broker = spawn('mosquitto', ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    broker.stderr!.on('data', (text) => {
      said += text;
    });
    await until(() => said.includes('running'));
  }

  async function stopBroker(): Promise<void> {
    if (!broker || broker.exitCode !== null) return;
    broker.kill();
    await once(broker, 'exit');
  }

  /** Publishes one frame of several topics; the status of the edge is retained. */
  async function publishFrames(): Promise<void> {
    publisher ??= await mqtt.connectAsync(url);
    const client = publisher;
    const publish = (name: string, frame: Uint8Array, qos: 0 | 1, retain = false) =>
      client.publishAsync(name, Buffer.from(frame), { qos, retain });
    const device = { device: 'pi' };
    await publish(topic('edgeStatus'), encodeStatus(EPOCH, status), 1, true);
    const body = Uint8Array.of(1, 2, 3);
    await publish(topic('summary', device), encodeSummary(EPOCH, [{ slot: 812, body }], 3), 0);
    await publish(topic('featureRequest', device), encodeFeatureRequest(EPOCH, [812]), 0);
    const features = encodeFeatures(EPOCH, [{ slot: 812, body: new Uint8Array(4) }], 4);
    await publish(topic('features', device), features, 1);
    await publish(topic('summary', device), Uint8Array.of(0x21, EPOCH, 1), 0);
    await publish('home/temp', Buffer.from('21.5'), 0);
  }

  function output(properties: object = {}): { stream: PassThrough; text: () => string } {
    const stream = Object.assign(new PassThrough(), properties);
    let text = '';
    stream.on('data', (chunk) => {
      text += chunk;
    });
    return { stream, text: () => text };
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ddnn-watch-'));
    port = await freePort();
    url = `mqtt://127.0.0.1:${port}`;
  });

  afterEach(async () => {
    await publisher?.endAsync(true);
    publisher = undefined;
    await stopBroker();
    await rm(folder, { recursive: true });
  });

  it('writes one line of JSON a message, with QoS, retained mark and exact sizes', async () => {
    await startBroker();
    await publishFrames();
    const { stream, text } = output();
    const watching = watch({ url, seconds: 2, json: true }, stream);
    await until(() => text().includes('"retained":true'));
    await publishFrames();
    await watching;
    const lines = text()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ topic, kind, qos, retained }) => [topic, kind, qos, retained])).toEqual([
      ['e', 'status', 1, true],
      ['e', 'status', 1, false],
      ['s/pi', 'summary', 0, false],
      ['q/pi', 'featureRequest', 0, false],
      ['f/pi', 'features', 1, false],
      ['s/pi', 'undecodable', 0, false],
      ['home/temp', 'foreign', 0, false],
    ]);
    expect(lines[2]).toMatchObject({
      payloadBytes: 7,
      packetBytes: publishBytes(4, 7, 0),
      samples: [{ shortSlot: 812, scores: [1, 2, 3], class: 2 }],
    });
    expect(lines[4]).toMatchObject({ payloadBytes: 8, packetBytes: publishBytes(4, 8, 1) });
    expect(lines[5]).toMatchObject({ code: 'DDNN_FRAME_TRUNCATED', firstBytes: '21 07 01' });
  });

  it('writes a line of words a message and the rates at the end', async () => {
    await startBroker();
    const { stream, text } = output();
    const watching = watch({ url, seconds: 2 }, stream);
    await wait(500);
    await publishFrames();
    await watching;
    const lines = stripVTControlCharacters(text()).trimEnd().split('\n');
    expect(lines[1]).toMatch(
      /^[\d:.]{12} {2}s\/pi {2}device pi · slot #812 · scores 1 2 3 \(class 2\) · payload 7 B, packet 15 B$/,
    );
    expect(lines.at(-1)).toMatch(/^total +6 /);
    expect(lines.some((line) => /^s\/pi +2 .* 10 B +26 B /.test(line))).toBe(true);
  });

  it('draws rates and words on a terminal', async () => {
    await startBroker();
    const { stream, text } = output({ isTTY: true, columns: 100, rows: 30 });
    const watching = watch({ url, seconds: 2 }, stream);
    await wait(500);
    await publishFrames();
    await watching;
    const screen = stripVTControlCharacters(text());
    expect(screen).toMatch(/s\/pi +2 /);
    expect(screen).toContain('scores 1 2 3 (class 2)');
    expect(screen).toContain('undecodable DDNN_FRAME_TRUNCATED');
  });

  it('is told where the broker admits no viewers', async () => {
    await startBroker(false);
    await expect(watch({ url }, new PassThrough())).rejects.toMatchObject({
      code: 'DDNN_CLI_BROKER',
      message: expect.stringMatching(new RegExp(`^${url}: .*[Nn]ot authorized`)),
    });
  });

  it('ends with Ctrl-C', async () => {
    await startBroker();
    // A terminal, for what restores its cursor listens to signals too.
    const watching = watch({ url }, output({ isTTY: true }).stream);
    await wait(300);
    process.emit('SIGINT');
    await watching;
  });

  it('says that the broker went, and goes on once it is back', async () => {
    await startBroker();
    const said: string[] = [];
    const topics: string[] = [];
    const feed = new BrokerFeed(url, {
      onMessage: (name) => topics.push(name),
      onConnection: (text) => said.push(text),
    });
    await feed.start();
    await stopBroker();
    await until(() => said.includes('connection lost, trying again'));
    await wait(2_500);
    await startBroker();
    await until(() => said.includes('connected again'));
    await publishFrames();
    await until(() => topics.includes('home/temp'));
    await feed.stop();
    expect(said).toEqual(['connection lost, trying again', 'connected again']);
  });
});
