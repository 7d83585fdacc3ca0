import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { config, connect, folder, logger, open } from '../test/live-cloud.js';
import { Cloud } from './cloud.js';

/** Sockets and listeners of this process, once those that are closing are gone. */
async function sockets(): Promise<string[]> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  return process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP'));
}

const takenPort = async (setting: string) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(async () => void server.close());
  const { port } = server.address() as AddressInfo;
  return { flags: { [setting]: port }, mend: () => new Promise((resolve) => server.close(resolve)) };
};
/** Causes of a failed start: how to make and how to mend them. */
const causes = {
  'the uplink port is taken': () => takenPort('uplink.port'),
  'the HTTP port is taken': () => takenPort('http.port'),
  'the bundle is broken': async () => {
    const good = readFileSync(config().bundle);
    const bundle = join(folder, 'broken.ddnn');
    writeFileSync(bundle, Uint8Array.from(good).fill(7, 100, 110));
    return { flags: { bundle }, mend: async () => writeFileSync(bundle, good) };
  },
  'the store is no file': async () => {
    const file = join(folder, 'store');
    mkdirSync(file);
    return { flags: { 'store.file': file }, mend: async () => rmSync(file, { recursive: true }) };
  },
};

describe('the life of a cloud', () => {
  it.each(Object.entries(causes))(
    'leaves nothing open after a start that fails because %s, and starts once that is mended',
    async (_, make) => {
      const { flags, mend } = await make();
      const given = config({ 'store.file': join(folder, 'life.sqlite'), ...flags });
      const before = await sockets();
      const cloud = new Cloud(given, { logger });
      await expect(cloud.start()).rejects.toMatchObject({ userFault: true });
      expect(await sockets()).toEqual(before);
      await mend();
      const ports = await cloud.start();
      const client = connect(ports);
      await new Promise((resolve) => client.once('connect', resolve));
      await client.endAsync();
      expect((await fetch(`http://127.0.0.1:${ports.httpPort}/readyz`)).status).toBe(200);
      await cloud.stop();
      await cloud.stop();
      await expect(fetch(`http://127.0.0.1:${ports.httpPort}/readyz`)).rejects.toThrow();
    },
  );
});
