import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ResolvedArchitecture } from '@ddnn/model';
import { randomBundle } from '@ddnn/model/testing';
import { until } from '@ddnn/process/testing';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from './ddnn.js';

/** Part of every secret below. */
const CANARY = 'kanarienvogel';
const TOKEN = `${CANARY}-right`;

interface Started {
  readonly child: ChildProcess;
  /** All that it has printed. */
  text(): string;
  ended(): Promise<number | null>;
}

let folder: string;
let cloud: Started;
let edge: Started;
let agent: Started;
let stranger: Started;
const started: Started[] = [];
const at = (...names: string[]) => path.join(folder, ...names);

/** Runs the command where the shell before it lets everybody read and write what it makes. */
function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
  const command = [process.execPath, path.join(ROOT, 'deploy/cli/bin/ddnn.js'), ...args];
  const child = spawn('sh', ['-c', 'umask 000; exec "$@"', 'sh', ...command], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', DDNN_DEBUG: '1', ...env },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      text += chunk;
    });
  }
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  const process_ = { child, text: () => text, ended: () => closed };
  started.push(process_);
  return process_;
}

/** Writes a configuration (JSON is YAML) and starts its role; every line that can be logged is logged. */
async function role(name: string, kind: string, config: object, env?: Readonly<Record<string, string>>) {
  const file = at(`${name}.yaml`);
  await writeFile(file, JSON.stringify({ ...config, log: { level: 'trace' } }), { mode: 0o600 });
  return start([kind, '--config', file], env);
}

/** The ports in the line that says that it is ready. */
async function ports({ text }: Started): Promise<Readonly<Record<string, number>>> {
  const ready = () =>
    text()
      .split('\n')
      .find((line) => line.includes('is ready'));
  await until(() => ready() !== undefined);
  return JSON.parse(ready()!);
}

const get = async (port: number, where: string) => (await fetch(`http://127.0.0.1:${port}${where}`)).text();

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ddnn-secret-'));
  await mkdir(at('data'));
  const architecture: ResolvedArchitecture = {
    name: 'tiny',
    input: { height: 16, width: 16, channels: 3 },
    views: 2,
    classes: ['a', 'b'],
    device: { section: [{ convp: { filters: 1 } }] },
    local: { aggregator: 'max' },
    cloud: { aggregator: 'max', section: [] },
  };
  await writeFile(at('b.ddnn'), randomBundle(architecture, 1));
  const store = { file: at('data/verdicts.sqlite') };
  cloud = await role('cloud', 'cloud', { bundle: 'b.ddnn', store, uplink: { port: 0 }, http: { port: 0 } });
  const { mqttPort } = await ports(cloud);
  edge = await role('edge', 'edge', {
    bundle: 'b.ddnn',
    localThreshold: 0,
    mqtt: { port: 0 },
    outbox: { folder: at('data/outbox') },
    uplink: { url: `mqtt://127.0.0.1:${mqttPort}` },
    devices: [
      { device: 'a', view: 0, token: TOKEN },
      { device: 'b', view: 1, token: TOKEN },
    ],
  });
  const broker = { url: `mqtt://127.0.0.1:${(await ports(edge)).mqttPort}`, reconnectMs: 100 };
  const camera = { bundle: 'b.ddnn', edge: broker, camera: { kind: 'simulated' } };
  agent = await role('agent', 'agent', { ...camera, device: 'a', view: 0 }, { DDNN_EDGE_TOKEN: TOKEN });
  const wrong = { DDNN_EDGE_TOKEN: `${CANARY}-wrong` };
  stranger = await role('stranger', 'agent', { ...camera, device: 'b', view: 1 }, wrong);
});
afterAll(async () => {
  for (const { child } of started) child.kill('SIGKILL');
  await Promise.all(started.map(({ ended }) => ended()));
  await rm(folder, { recursive: true, force: true });
});

describe('A site with tokens', () => {
  it('lets in the right one only, and writes what it knows for its owner only, whatever the umask is', async () => {
    const [own, other, rest] = await Promise.all([ports(agent), ports(stranger), ports(cloud)]);
    await until(async () => (await get(rest.httpPort, '/v1/verdicts')).includes('"slot"'));
    expect(await get(own.healthPort, '/readyz')).toContain('"ready"');
    await until(async () => (await get(other.healthPort, '/readyz')).includes('refused'));
    const files = readdirSync(at('data'), { recursive: true, encoding: 'utf8' });
    for (const name of ['verdicts.sqlite', 'verdicts.sqlite-wal', 'verdicts.sqlite-lock', 'outbox/site-time.json']) {
      expect(files).toContain(name);
    }
    expect(files.some((name) => /^outbox\/\d+\.log$/.test(name))).toBe(true);
    const open = files.filter((name) => (statSync(at('data', name), { throwIfNoEntry: false })?.mode ?? 0) & 0o077);
    expect(open).toEqual([]);
  });

  it('shows no token over HTTP, over MQTT, or in the list of processes', async () => {
    const shown: string[] = [];
    const [own, other, site, rest] = await Promise.all([agent, stranger, edge, cloud].map(ports));
    for (const { healthPort } of [own, other, site, rest]) {
      for (const where of ['/healthz', '/readyz', '/metrics']) shown.push(await get(healthPort, where));
    }
    for (const where of ['/openapi.json', '/v1/verdicts', '/v1/devices', '/v1/stats', '/nowhere']) {
      shown.push(await get(rest.httpPort, where));
    }
    for (const { mqttPort } of [site, rest]) {
      const viewer = await mqtt.connectAsync(`mqtt://127.0.0.1:${mqttPort}`);
      const heard: string[] = [];
      viewer.on('message', (topic, payload) => heard.push(`${topic} ${payload.toString('latin1')}`));
      await viewer.subscribeAsync('#');
      await until(() => heard.length > 3);
      await viewer.endAsync(true);
      shown.push(...heard);
    }
    for (const { child } of [agent, stranger, edge, cloud]) {
      shown.push(readFileSync(`/proc/${child.pid}/cmdline`, 'utf8'));
    }
    expect(shown.length).toBeGreaterThan(20);
    expect(shown.filter((text) => text === '')).toEqual([]);
    expect(shown.filter((text) => text.includes(CANARY))).toEqual([]);
  });

  it('prints no token, even where a configuration is wrong', async () => {
    const agentOf = (text: string) => `{device: a, view: 0, bundle: b.ddnn, camera: {kind: simulated}, ${text}}`;
    const files = {
      type: agentOf(`edge: {token: [${CANARY}]}`),
      name: agentOf(`edge: {tokn: ${CANARY}}`),
      url: agentOf(`edge: {url: 'mqtt://me:${CANARY}@127.0.0.1'}`),
      yaml: agentOf(`edge: {token: "${CANARY}`),
    };
    const runs = Object.entries(files).map(async ([name, text]) => {
      await writeFile(at(`bad-${name}.yaml`), text);
      return start(['agent', '--config', at(`bad-${name}.yaml`)]);
    });
    const all = [
      ...(await Promise.all(runs)),
      start(['agent', '--config', at('agent.yaml'), '--set', `edge.token=${CANARY}`]),
      start(['agent', '--config', at('agent.yaml')], { DDNN_EDGE_TOKN: CANARY }),
      start(['edge', '--config', at('edge.yaml')], { DDNN_DEVICES: `[{"device":"a","view":9,"token":"${CANARY}"}]` }),
      start(['watch', '--url', `mqtt://me:${CANARY}@127.0.0.1:1`]),
    ];
    expect(await Promise.all(all.map(({ ended }) => ended()))).toEqual(all.map(() => 2));
    expect(all[4].text()).toContain('DDNN_CONFIG_SECRET');
    expect(all[4].text()).toContain('DDNN_EDGE_TOKEN');
    expect(all.filter(({ text }) => text().includes(CANARY))).toEqual([]);
  });

  it('warns of a configuration that everybody can read', async () => {
    expect(edge.text()).not.toContain('chmod');
    await chmod(at('edge.yaml'), 0o644);
    // The outbox belongs to the edge that runs.
    const second = start(['edge', '--config', at('edge.yaml'), '--set', 'mqtt.port=0']);
    expect(await second.ended()).toBe(2);
    expect(second.text()).toContain(`chmod o= ${at('edge.yaml')}`);
  });

  it('has never printed one, until it stops', async () => {
    for (const { child } of [agent, stranger, edge, cloud]) child.kill('SIGTERM');
    const codes = await Promise.all([agent, stranger, edge, cloud].map(({ ended }) => ended()));
    expect(codes).toEqual([0, 0, 0, 0]);
    expect(stranger.text()).toContain('refuse');
    expect(started.filter(({ text }) => text().includes(CANARY))).toEqual([]);
  });
});
