import { decodeStatus, encodeStatus, encodeSummary } from '@ddnn/protocol';
import mqtt from 'mqtt';
import { describe, expect, it } from 'vitest';
import { Devices } from '../test/path-rig.js';
import {
  architecture,
  bundle,
  EPOCH,
  edgeConfig,
  logger,
  newFolder,
  open,
  openOutbox,
  until,
} from '../test/tiny-site.js';
import { Edge } from './edge.js';
import type { VerdictJson } from './verdict-json.js';

async function startEdge(flags: Record<string, unknown>) {
  const edge = new Edge(edgeConfig(flags), { logger });
  const { mqttPort, healthPort } = await edge.start();
  let stopped = false;
  const stop = async () => {
    if (!stopped) await edge.stop();
    stopped = true;
  };
  open.push(stop);
  const connect = async (options = {}) => {
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${mqttPort}`, { reconnectPeriod: 0, ...options });
    open.push(() => client.endAsync(true));
    return client;
  };
  const metrics = async () => (await fetch(`http://127.0.0.1:${healthPort}/metrics`)).text();
  return { stop, connect, metrics };
}

const online = encodeStatus(EPOCH, {
  state: 'online',
  view: 0,
  views: 3,
  classes: 3,
  scoreBytes: 3,
  featureBytes: bundle.shapes.device.featureBytes,
  slotMs: 0,
  bundle: bundle.hash,
  version: '0.1.0',
});

/** A device that is online and sends the summaries of slots 0 and 1. */
async function twoSamples(edge: Awaited<ReturnType<typeof startEdge>>) {
  const device = await edge.connect({ username: '0' });
  await device.publishAsync('i/0', Buffer.from(online), { qos: 1 });
  const devices = new Devices(bundle);
  for (const slot of [0, 1]) {
    await device.publishAsync('s/0', Buffer.from(encodeSummary(EPOCH, [{ slot, body: devices.scores(slot, 0) }], 3)));
  }
}

describe('an edge', () => {
  it.each([true, false])('publishes verdicts as JSON where that is switched on (%s)', async (verdictTopic) => {
    const edge = await startEdge({ verdictTopic, localThreshold: 1, site: 'plaza' });
    const viewer = await edge.connect();
    const heard: VerdictJson[] = [];
    viewer.on('message', (_, payload) => heard.push(JSON.parse(String(payload))));
    await viewer.subscribeAsync('ddnn/plaza/verdict');
    await twoSamples(edge);
    await until(async () => /verdicts_total\{[^}]*exit="local"[^}]*\} 2/.test(await edge.metrics()));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(heard.map(({ site, slot, exit }) => [site, slot, exit])).toEqual(
      verdictTopic
        ? [
            ['plaza', 0, 'local'],
            ['plaza', 1, 'local'],
          ]
        : [],
    );
  });

  it('starts with what the last process left behind, its verdicts switched on', async () => {
    const folder = newFolder();
    const { outbox } = await openOutbox({ folder });
    await outbox.begin(7, { epoch: EPOCH, states: Uint8Array.of(2, 1, 1), best: { classIndex: 1, uncertainty: 0.5 } });
    await outbox.putPart(7, 0, new Uint8Array(bundle.shapes.device.featureBytes));
    await outbox.begin(8, {
      epoch: EPOCH + 1,
      states: Uint8Array.of(2, 1, 1),
      best: { classIndex: 1, uncertainty: 0.5 },
    });
    await outbox.stop();
    const edge = await startEdge({ 'outbox.folder': folder, verdictTopic: true });
    await expect.poll(() => edge.metrics()).toMatch(/verdicts_total\{[^}]*reason="unreachable"[^}]*\} 1/);
    await expect.poll(() => edge.metrics()).toMatch(/verdicts_total\{[^}]*reason="dropped"[^}]*\} 1/);
    // Counted once its parts are off the disk.
    await expect.poll(() => edge.metrics()).toMatch(/dropped_total\{[^}]*reason="unfit"[^}]*\} 1/);
  });

  it('keeps the records of everything it answered when it stops, and says that it is offline', async () => {
    const folder = newFolder();
    const edge = await startEdge({ 'outbox.folder': folder, localThreshold: 1, 'records.flushMs': 3_600_000 });
    const viewer = await edge.connect();
    const states: string[] = [];
    viewer.on('message', (_, payload) => states.push(decodeStatus(payload).state));
    await viewer.subscribeAsync('e');
    await twoSamples(edge);
    await edge.stop();
    expect(states).toEqual(['online', 'offline']);
    const { outbox } = await openOutbox({ folder });
    expect([...outbox.entries()].map(({ kind, slot }) => [kind, slot])).toEqual([['record', 0]]);
  });

  it('of a bundle for several edges must be told which one it is', async () => {
    const several = {
      ...architecture,
      edge: { aggregator: 'concat' as const, section: [{ convp: { filters: 4 } }], groups: [[0, 2], [1]] },
    };
    const refused = (flags: Record<string, unknown>) => new Edge(edgeConfig(flags, several), { logger }).start();
    const code = { code: 'DDNN_EDGE_GROUP', userFault: true };
    await expect(refused({})).rejects.toMatchObject({ ...code, message: expect.stringContaining('edges 0 to 1') });
    await expect(refused({ group: 2 })).rejects.toMatchObject(code);
    const foreign = [{ device: 'gate', view: 1 }];
    await expect(refused({ group: 0, devices: foreign })).rejects.toMatchObject({
      code: 'DDNN_EDGE_DEVICES',
      message: expect.stringContaining('among 0, 2'),
    });
  });
});
