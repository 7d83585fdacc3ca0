import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Message, MqttListener } from '@ddnn/broker';
import { encodePng } from '@ddnn/images';
import { openBundle, type ResolvedArchitecture } from '@ddnn/model';
import { randomBundle } from '@ddnn/model/testing';
import { createLogger, loadConfig } from '@ddnn/process';
import {
  decodeClock,
  decodeStatus,
  decodeSummary,
  encodeClock,
  encodeFeatureRequest,
  encodeStatus,
  NO_VIEW,
  restoreSlot,
  type Status,
} from '@ddnn/protocol';
import { afterAll, afterEach } from 'vitest';
import { Agent } from '../src/agent.js';
import { type AgentConfig, AgentConfigSchema } from '../src/config.js';

export { until } from '@ddnn/process/testing';

export const EPOCH = 5;
export const architecture: ResolvedArchitecture = {
  name: 'tiny',
  input: { height: 8, width: 8, channels: 3 },
  views: 2,
  classes: ['car', 'bus', 'person'],
  device: { section: [{ convp: { filters: 4 } }] },
  local: { aggregator: 'max' },
  cloud: { aggregator: 'concat', section: [{ fc: { units: 16 } }] },
};
export const bundle = openBundle(randomBundle(architecture, 1));
export const folder = mkdtempSync(join(tmpdir(), 'ddnn-agent-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
export const bundleFile = join(folder, 'b.ddnn');
writeFileSync(bundleFile, randomBundle(architecture, 1));

/** A picture whose pixels all have one value. */
export const png = (value: number) => encodePng({ width: 8, height: 8, data: new Uint8Array(192).fill(value) });

export const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

export function agentConfig(flags: Record<string, unknown>): AgentConfig {
  const given = { device: '0', view: 0, bundle: bundleFile, pace: 'parent', 'edge.reconnectMs': 50, ...flags };
  return loadConfig(AgentConfigSchema, { env: {}, flags: given });
}

/** The edge's side in the hands of the test: a real listener that keeps what devices publish. */
export async function startEdge({ port = 0, slotMs = 0, answersClock = true, now = Date.now } = {}) {
  const taken: (Message & { from: string })[] = [];
  const listener = new MqttListener<string>(
    { host: '127.0.0.1', port, setting: 'test', maxPacketBytes: 10_000, maxConnections: 9, drainTimeoutMs: 1000 },
    {
      admit: (name) => name ?? 'viewer',
      maySubscribe: () => true,
      publishRight: (_, topic) => (topic.startsWith('i/') ? 'retained' : 'plain'),
      take: (from, message) => {
        taken.push({ ...message, payload: Uint8Array.from(message.payload), from });
        if (answersClock && message.topic.startsWith('t/')) {
          const answer = encodeClock(EPOCH, { asked: decodeClock(message.payload).asked, edge: now() });
          void listener.publish(`c/${message.topic.slice(2)}`, answer, 0);
        }
      },
    },
    createLogger({ name: 'edge', level: 'silent' }),
  );
  const listening = await listener.start();
  open.push(() => listener.stop());
  const status = (changes: Partial<Status> = {}, epoch = EPOCH) =>
    listener.publish(
      'e',
      encodeStatus(epoch, {
        state: 'online',
        view: NO_VIEW,
        views: 2,
        classes: 3,
        scoreBytes: 3,
        featureBytes: bundle.shapes.device.featureBytes,
        slotMs,
        bundle: bundle.hash,
        version: '0.1.0',
        ...changes,
      }),
      1,
      true,
    );
  const of = (topic: string) => taken.filter((message) => message.topic === topic);
  return {
    port: listening,
    listener,
    taken,
    status,
    of,
    ask: (device: string, slots: number[]) => listener.publish(`q/${device}`, encodeFeatureRequest(EPOCH, slots), 0),
    states: (device = '0') => of(`i/${device}`).map(({ payload }) => decodeStatus(payload).state),
    /** Slots of the summaries of a device, restored near `reference`. */
    slots: (device: string, reference: number) => {
      const slots: number[] = [];
      for (const { payload } of of(`s/${device}`)) {
        decodeSummary(payload, undefined, 3, 10, (short) => void slots.push(restoreSlot(short, reference)));
      }
      return slots;
    },
  };
}

/** A started agent, and the lines of its log. */
export async function startAgent(flags: Record<string, unknown>) {
  const lines: string[] = [];
  const logger = createLogger({ name: 'agent', level: 'silent' });
  const keep = (details: unknown, text: string) => void lines.push(`${text} ${JSON.stringify(details)}`);
  const agent = new Agent(agentConfig(flags), {
    logger: Object.assign(Object.create(logger), { error: keep, warn: keep }),
  });
  const { healthPort } = await agent.start();
  let stopped = false;
  const stop = async () => {
    if (!stopped) await agent.stop();
    stopped = true;
  };
  open.push(stop);
  const metrics = async () => (await fetch(`http://127.0.0.1:${healthPort}/metrics`)).text();
  /** The failing checks of `/readyz`. */
  const ready = async () => {
    const answer = await (await fetch(`http://127.0.0.1:${healthPort}/readyz`)).json();
    return ((answer as { failing?: object }).failing ?? {}) as Record<string, string>;
  };
  const readyText = async () => (await fetch(`http://127.0.0.1:${healthPort}/readyz`)).text();
  return { agent, lines, stop, metrics, ready, readyText };
}
