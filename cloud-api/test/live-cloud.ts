import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBundle, type ResolvedArchitecture } from '@ddnn/model';
import { randomBundle } from '@ddnn/model/testing';
import { createLogger, loadConfig } from '@ddnn/process';
import { until } from '@ddnn/process/testing';
import {
  decodeAcknowledgement,
  decodeVerdicts,
  encodeUplinkFeatures,
  encodeVerdicts,
  type UplinkSample,
  uplinkBodyBytes,
  type Verdict,
} from '@ddnn/protocol';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { afterAll, afterEach } from 'vitest';
import { Cloud, type CloudParts, type CloudPorts } from '../src/cloud.js';
import { CloudConfigSchema } from '../src/config.js';
import { CloudExit } from '../src/decide/cloud-exit.js';
import type { Statistics } from '../src/store/statistics.js';
import type { StoredDevice, StoredEdge, StoredVerdict } from '../src/store/verdict-store.js';

export { until };

export const folder = mkdtempSync(join(tmpdir(), 'ddnn-cloud-'));
afterAll(() => rmSync(folder, { recursive: true }));
export const logger = createLogger({ name: 'cloud', level: 'silent' });

export const architecture: ResolvedArchitecture = {
  name: 'tiny',
  input: { height: 8, width: 8, channels: 3 },
  views: 3,
  classes: ['car', 'bus', 'person'],
  device: { section: [{ convp: { filters: 4 } }] },
  local: { aggregator: 'max' },
  cloud: { aggregator: 'concat', section: [{ fc: { units: 16 } }] },
};
export const twoEdges: ResolvedArchitecture = {
  ...architecture,
  edge: { aggregator: 'concat', section: [{ convp: { filters: 4 } }], groups: [[0, 2], [1]] },
};
export const EPOCH = 3;

/** Everything that a test opened, newest last. */
export const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

export function config(flags: Record<string, unknown> = {}, of = architecture) {
  const bundle = join(folder, `${of.edge ? 'edges' : 'views'}.ddnn`);
  writeFileSync(bundle, randomBundle(of, 1));
  const given = { bundle, epoch: EPOCH, 'store.file': ':memory:', 'uplink.port': 0, 'http.port': 0, ...flags };
  return loadConfig(CloudConfigSchema, { env: {}, flags: given });
}

/** What the paths of the API answer, all in one. */
interface Answer extends Omit<Statistics, 'revised'>, StoredVerdict {
  readonly verdicts: readonly StoredVerdict[];
  readonly sites: readonly { readonly edges: readonly StoredEdge[] }[];
  readonly devices: readonly StoredDevice[];
}

/** A running cloud on free ports, its store in memory; stopped after the test. */
export async function startCloud(
  flags: Record<string, unknown> = {},
  of = architecture,
  createStore?: CloudParts['createStore'],
) {
  const cloud = new Cloud(config(flags, of), { logger, ...(createStore ? { createStore } : {}) });
  const ports = await cloud.start();
  open.push(() => cloud.stop());
  const get = async (path: string) =>
    (await fetch(`http://127.0.0.1:${ports.httpPort}${path}`)).json() as Promise<Answer>;
  const metrics = async () => (await fetch(`http://127.0.0.1:${ports.httpPort}/metrics`)).text();
  return { cloud, ports, get, metrics, bundle: openBundle(randomBundle(of, 1)) };
}

export function connect({ mqttPort }: CloudPorts, options: IClientOptions = {}): MqttClient {
  const client = mqtt.connect(`mqtt://127.0.0.1:${mqttPort}`, { reconnectPeriod: 0, resubscribe: false, ...options });
  client.on('error', () => {});
  open.push(() => client.endAsync(true));
  return client;
}

/** An edge that is connected, subscribed and keeps what comes down. */
export async function edge(ports: CloudPorts, name = 'plaza/north', options: IClientOptions = {}) {
  const client = connect(ports, { username: name, ...options });
  const down: { topic: string; payload: Uint8Array }[] = [];
  client.on('message', (topic, payload) => down.push({ topic, payload }));
  await client.subscribeAsync(`d/${name}/#`, { qos: 1 });
  const next = async () => {
    await until(() => down.length > 0);
    const { topic, payload } = down.shift()!;
    return topic.endsWith('/v')
      ? { verdicts: decodeVerdicts(payload, 'verdict', EPOCH, 3, 1024) }
      : { acknowledgement: decodeAcknowledgement(payload, 100) };
  };
  const send = (rest: string, frame: Uint8Array) =>
    client.publishAsync(`u/${name}/${rest}`, Buffer.from(frame), { qos: 1 });
  return { client, down, next, send };
}

export const closed = (client: MqttClient) => new Promise<void>((resolve) => client.once('close', resolve));

export const STATES = Uint8Array.of(2, 1, 2);
export const sizes = new CloudExit(openBundle(randomBundle(architecture, 1))).sizes;

export function sample(slot: number, changes: Partial<UplinkSample> = {}): UplinkSample {
  const { states, content } = { states: STATES, content: 'views' as const, ...changes };
  const length = uplinkBodyBytes(sizes, content, states, new Uint8Array(0), 0);
  const body = Uint8Array.from({ length }, (_, i) => ((slot + 3) * (i + 7) * 2654435761) >>> 24);
  return { slot, states, content, body, ...changes };
}

export const features = (...samples: UplinkSample[]) => encodeUplinkFeatures(EPOCH, samples, sizes);
export const record = (slot: number, changes: Partial<Verdict> = {}): Verdict => ({
  slot,
  classIndex: 1,
  exit: 'local',
  reason: 'none',
  uncertainty: 0.2,
  states: STATES,
  ...changes,
});
export const fallback = { exit: 'fallback', reason: 'deadline' } as const;
export const records = (...verdicts: Verdict[]) => encodeVerdicts('record', EPOCH, verdicts);
