import { statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { randomBundle } from '@ddnn/model/testing';
import { listen } from '@ddnn/process';
import { describe, expect, it } from 'vitest';
import {
  architecture,
  config,
  edge,
  features,
  folder,
  logger,
  open,
  record,
  records,
  sample,
  startCloud,
} from '../test/live-cloud.js';
import { Cloud } from './cloud.js';

describe('a cloud process', () => {
  it('has everything again after a restart, and gives the same answers', async () => {
    const flags = { 'store.file': join(folder, 'restart.sqlite') };
    const first = await startCloud(flags);
    const before = await edge(first.ports);
    await before.send('f', features(sample(5), sample(6)));
    const answer = await before.next();
    const page = await first.get('/v1/verdicts');
    await first.cloud.stop();
    const second = await startCloud(flags);
    expect(await second.get('/v1/verdicts')).toEqual(page);
    const after = await edge(second.ports);
    await after.send('f', features(sample(5), sample(6)));
    expect(await after.next()).toEqual(answer);
    expect((await second.get('/v1/stats')).samples).toBe(2);
  });

  it('stores what it has taken in before it stops', async () => {
    const flags = { 'store.file': join(folder, 'stop.sqlite'), 'store.batchMs': 1000 };
    const first = await startCloud(flags);
    const { send } = await edge(first.ports);
    await send('r', records(record(1), record(2)));
    await first.cloud.stop();
    // An orderly stop leaves everything in the one file, and nothing in SQLite's log beside it.
    expect(statSync(`${flags['store.file']}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0);
    const { get } = await startCloud(flags);
    expect((await get('/v1/stats')).samples).toBe(2);
  });

  it('is ready, and says so on a listener for that alone, and until the next version beside REST', async () => {
    const { get, ports } = await startCloud();
    expect(await get('/readyz')).toEqual({ status: 'ready' });
    const health = `http://127.0.0.1:${ports.healthPort}`;
    expect(await (await fetch(`${health}/readyz`)).json()).toEqual({ status: 'ready' });
    expect(await (await fetch(`${health}/metrics`)).text()).toContain('ddnn_cloud_store_reads_total{');
  });

  it('leaves a store to the cloud that has it', async () => {
    const flags = { 'store.file': join(folder, 'shared.sqlite') };
    const first = await startCloud(flags);
    await expect(new Cloud(config(flags), { logger }).start()).rejects.toMatchObject({
      code: 'DDNN_STORE_IN_USE',
      userFault: true,
    });
    expect(await first.get('/readyz')).toEqual({ status: 'ready' });
    await first.cloud.stop();
    await startCloud(flags);
  });

  it.each(['uplink.port', 'http.port', 'health.port'])(
    'names the setting where %s is in use, and leaves nothing open',
    async (setting) => {
      const server = createServer();
      const port = await listen(server, { host: '127.0.0.1', port: 0, setting: 'test' });
      open.push(() => new Promise((resolve) => server.close(resolve)));
      const free = createServer();
      const other = await listen(free, { host: '127.0.0.1', port: 0, setting: 'test' });
      await new Promise((resolve) => free.close(resolve));
      const flags = { 'uplink.port': other, 'http.port': other, [setting]: port };
      if (setting !== 'http.port') flags['http.port'] = 0;
      const cloud = new Cloud(config(flags), { logger });
      await expect(cloud.start()).rejects.toMatchObject({
        code: 'DDNN_PROCESS_PORT_IN_USE',
        userFault: true,
        message: expect.stringContaining(setting),
      });
      const again = createServer();
      await listen(again, { host: '127.0.0.1', port: other, setting: 'test' });
      await new Promise((resolve) => again.close(resolve));
    },
  );

  it('names the bundle that is missing or damaged', async () => {
    const missing = new Cloud(config({ bundle: join(folder, 'none.ddnn') }), { logger });
    await expect(missing.start()).rejects.toMatchObject({ code: 'DDNN_PROCESS_FILE', userFault: true });
    const damaged = join(folder, 'damaged.ddnn');
    writeFileSync(damaged, randomBundle(architecture, 1).fill(7, 100, 110));
    await expect(new Cloud(config({ bundle: damaged }), { logger }).start()).rejects.toMatchObject({
      code: 'DDNN_BUNDLE_DAMAGED',
    });
  });
});
