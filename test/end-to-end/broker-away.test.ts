import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from '../ddnn.js';
import { makeSmallSite, type SmallSite } from '../small-site.js';

const ARCHITECTURE = `
name: one camera
input: { height: 16, width: 16, channels: 3 }
device: { section: [{ convp: { filters: 2 } }] }
local: { aggregator: max }
cloud: { aggregator: concat, section: [{ convp: { filters: 2 } }] }
`;

let site: SmallSite;
beforeAll(async () => {
  site = await makeSmallSite({ architecture: ARCHITECTURE, views: '0', samples: 20, epochs: 1 });
});
afterAll(() => site?.remove());

/** A port of this machine that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

it('an agent whose broker is away lives, says so, and stops in order', async () => {
  const [health, broker] = [await freePort(), await freePort()];
  const settings = {
    device: '0',
    view: 0,
    bundle: site.at('b.ddnn'),
    'edge.url': `mqtt://127.0.0.1:${broker}`,
    'edge.reconnectMs': 100,
    'health.port': health,
    'camera.kind': 'folder',
    'camera.folder': site.at('street/images'),
  };
  const flags = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
  const agent = spawn(process.execPath, [path.join(ROOT, 'deploy/cli/bin/ddnn.js'), 'agent', '--set', ...flags]);
  let log = '';
  agent.stderr.on('data', (chunk) => {
    log += chunk;
  });
  const ended = new Promise<number | null>((resolve) => agent.once('exit', resolve));
  try {
    await expect.poll(() => log).toContain('no connection to the edge');
    const alive = await fetch(`http://127.0.0.1:${health}/healthz`);
    expect(alive.status).toBe(200);
    const ready = await fetch(`http://127.0.0.1:${health}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({
      failing: { edge: expect.stringMatching(/^not connected to the edge: /) },
    });
    const metrics = await (await fetch(`http://127.0.0.1:${health}/metrics`)).text();
    expect(metrics).toContain('ddnn_agent_samples_total');
  } finally {
    agent.kill('SIGTERM');
  }
  expect(await ended, log).toBe(0);
});
