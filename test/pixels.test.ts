import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Agent, AgentConfigSchema } from '@ddnn/device-agent';
import { Edge, EdgeConfigSchema } from '@ddnn/edge-broker';
import { randomBundle } from '@ddnn/model/testing';
import { createLogger, loadConfig } from '@ddnn/process';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(path.join(tmpdir(), 'ddnn-pixels-'));
afterAll(() => rmSync(folder, { recursive: true }));

const bundle = path.join(folder, 'pixels.ddnn');
const architecture = {
  name: 'pixels',
  input: { height: 16, width: 16, channels: 3 as const },
  views: 1,
  classes: ['a', 'b'],
  device: { section: [] },
  cloud: { aggregator: 'max' as const, section: [] },
};
writeFileSync(bundle, randomBundle(architecture, 1));

const logger = createLogger({ name: 'test', level: 'silent' });
const tiers = {
  agent: (allowPixels: boolean) => {
    const flags = {
      bundle,
      allowPixels,
      device: 'a',
      view: 0,
      'camera.kind': 'simulated',
      'edge.url': 'mqtt://127.0.0.1:1',
    };
    return new Agent(loadConfig(AgentConfigSchema, { env: {}, flags }), { logger });
  },
  edge: (allowPixels: boolean) => {
    const flags = { bundle, allowPixels, 'outbox.folder': path.join(folder, 'outbox'), 'mqtt.port': 0 };
    return new Edge(loadConfig(EdgeConfigSchema, { env: {}, flags }), { logger });
  },
};

describe.each(Object.entries(tiers))('%s', (_, create) => {
  it('does not start with a bundle that would send pixels, unless its own configuration allows it', async () => {
    await expect(create(false).start()).rejects.toMatchObject({ code: 'DDNN_BUNDLE_PIXELS', userFault: true });
    const allowed = create(true);
    await allowed.start();
    await allowed.stop();
  });
});
