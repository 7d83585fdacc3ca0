import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createLogger } from '@ddnn/process';
import { describe, expect, it } from 'vitest';
import { agentConfig, bundleFile, folder, open, png, startAgent, startEdge, until } from '../test/rig.js';
import { Agent } from './agent.js';
import type { AgentError } from './agent-error.js';

const logger = createLogger({ name: 'agent', level: 'silent' });
const edge = { 'edge.url': 'mqtt://127.0.0.1:1' };

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

/** Causes of a failed start: how to make and how to mend them. */
const causes = {
  'the health port is taken': async () => {
    const { server, port } = await serve();
    const mend = () => new Promise((resolve) => server.close(resolve));
    return {
      flags: { ...edge, 'camera.kind': 'simulated', 'health.port': port },
      mend,
      code: 'DDNN_PROCESS_PORT_IN_USE',
    };
  },
  'the bundle is broken': async () => {
    const bundle = join(folder, 'broken.ddnn');
    writeFileSync(bundle, readFileSync(bundleFile).fill(7, 100, 110));
    const mend = async () => writeFileSync(bundle, readFileSync(bundleFile));
    return { flags: { ...edge, 'camera.kind': 'simulated', bundle }, mend, code: 'DDNN_BUNDLE_DAMAGED' };
  },
  'the camera has no pictures': async () => {
    const pictures = join(folder, 'no-pictures');
    rmSync(pictures, { recursive: true, force: true });
    mkdirSync(pictures);
    const mend = async () => writeFileSync(join(pictures, 'a.png'), png(1));
    return { flags: { ...edge, 'camera.kind': 'folder', 'camera.folder': pictures }, mend, code: 'DDNN_CAMERA_EMPTY' };
  },
};

describe('the life of an agent', () => {
  it.each(Object.entries(causes))(
    'leaves nothing open after a start that fails because %s, and starts once that is mended',
    async (_, make) => {
      const { flags, mend, code } = await make();
      const before = await sockets();
      const agent = new Agent(agentConfig(flags), { logger });
      await expect(agent.start()).rejects.toMatchObject({ code, userFault: true });
      expect(await sockets()).toEqual(before);
      await mend();
      const { healthPort } = await agent.start();
      expect((await fetch(`http://127.0.0.1:${healthPort}/healthz`)).status).toBe(200);
      await agent.stop();
      await agent.stop();
      await expect(fetch(`http://127.0.0.1:${healthPort}/healthz`)).rejects.toThrow();
    },
  );

  it('says on /readyz why it is not ready', async () => {
    const { port } = await serve((socket) => socket.destroy());
    const { ready } = await startAgent({ 'camera.kind': 'simulated', 'edge.url': `mqtt://127.0.0.1:${port}` });
    await until(async () => (await ready()).edge === 'not connected to the edge: the other side closed the connection');
    expect((await ready()).bundle).toBe('the edge has not confirmed this bundle');
    const real = await startEdge();
    const other = await startAgent({ 'camera.kind': 'simulated', 'edge.url': `mqtt://127.0.0.1:${real.port}` });
    await real.status({ bundle: new Uint8Array(32).fill(0xab) });
    await until(async () =>
      /^the edge serves bundle abababababab, this agent/.test((await other.ready()).bundle ?? ''),
    );
    await real.status({ state: 'offline' });
    await until(async () => (await other.ready()).bundle === 'the edge is offline');
    await real.status();
    await until(async () => Object.keys(await other.ready()).length === 0);
  });

  it('gives up where another agent is connected under its name, and says how to tell them apart', async () => {
    // CONNACK, return code 2: identifier rejected.
    const { port } = await serve((socket) => socket.once('data', () => socket.end(Buffer.from([0x20, 2, 0, 2]))));
    const flags = { 'camera.kind': 'simulated', 'edge.url': `mqtt://127.0.0.1:${port}`, device: 'gate' };
    const heard: AgentError[] = [];
    const agent = new Agent(agentConfig(flags), { logger, giveUp: (error) => void heard.push(error) });
    open.push(() => agent.stop());
    await agent.start();
    await until(() => heard.length > 0);
    expect(heard[0]).toMatchObject({ code: 'DDNN_AGENT_TAKEN', userFault: true });
    expect(heard[0].message).toContain('device "gate"');
  });
});
