import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Check, HealthServer } from './health.js';
import { listen } from './listen.js';
import { createLogger } from './logger.js';
import { createMetrics, type Metrics } from './metrics.js';

const logger = createLogger({ name: 'test', level: 'silent', pretty: false });
let metrics: Metrics;
let server: HealthServer | undefined;

beforeEach(() => {
  metrics = createMetrics('edge');
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function start(
  checks: Record<string, Check> = {},
  port = 0,
  notes: Record<string, () => string | undefined> = {},
): Promise<string> {
  server = new HealthServer({ host: '127.0.0.1', port, metrics, checks, notes, logger, checkTimeoutMs: 50 });
  return `http://127.0.0.1:${await server.start()}`;
}

async function json(url: string, init?: RequestInit): Promise<[number, unknown]> {
  const response = await fetch(url, init);
  return [response.status, await response.json()];
}

describe('HealthServer', () => {
  it('is healthy while it lives, whatever the checks say', async () => {
    expect(await json(`${await start({ broker: () => false })}/healthz?x=1`)).toEqual([200, { status: 'ok' }]);
  });

  it('is ready when every check passes', async () => {
    const url = await start({ broker: () => true, store: async () => true });
    expect(await json(`${url}/readyz`)).toEqual([200, { status: 'ready' }]);
  });

  it('answers 503 and names the failing checks with their reasons', async () => {
    const url = await start({
      broker: () => true,
      uplink: () => 'no connection since 12 s',
      store: async () => false,
      bundle: () => {
        throw new Error('no bundle in service');
      },
      clock: () => new Promise(() => {}),
    });
    expect(await json(`${url}/readyz`)).toEqual([
      503,
      {
        status: 'not ready',
        failing: {
          uplink: 'no connection since 12 s',
          store: 'not ready',
          bundle: 'no bundle in service',
          clock: 'no answer within 50 ms',
        },
      },
    ]);
  });

  it('shows a note, ready or not, and none where there is nothing to say', async () => {
    let [ready, note]: [boolean, string | undefined] = [true, 'it was set back'];
    const url = await start({ broker: () => ready }, 0, { clock: () => note, other: () => undefined });
    expect(await json(`${url}/readyz`)).toEqual([200, { status: 'ready', notes: { clock: 'it was set back' } }]);
    ready = false;
    const failing = { broker: 'not ready' };
    expect(await json(`${url}/readyz`)).toEqual([
      503,
      { status: 'not ready', failing, notes: { clock: 'it was set back' } },
    ]);
    note = undefined;
    expect(await json(`${url}/readyz`)).toEqual([503, { status: 'not ready', failing }]);
  });

  it('becomes ready again when the check passes', async () => {
    let connected = false;
    const url = await start({ broker: () => connected });
    expect((await json(`${url}/readyz`))[0]).toBe(503);
    connected = true;
    expect((await json(`${url}/readyz`))[0]).toBe(200);
  });

  it('serves its metrics, and those of no other process', async () => {
    const other = createMetrics('cloud');
    other.counter('ddnn_other_total', 'not shown').inc();
    metrics.counter('ddnn_drops_total', 'dropped frames', ['reason']).inc({ reason: 'late' }, 3);
    metrics.gauge('ddnn_queue_length', 'frames waiting').set(5);
    metrics.histogram('ddnn_wait_seconds', 'time waited', [0.1, 1]).observe(0.5);
    const response = await fetch(`${await start()}/metrics`);
    expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    const text = await response.text();
    expect(text).toContain('ddnn_drops_total{reason="late",process="edge"} 3');
    expect(text).toContain('ddnn_queue_length{process="edge"} 5');
    expect(text).toContain('ddnn_wait_seconds_bucket{le="0.1",process="edge"} 0');
    expect(text).toContain('ddnn_wait_seconds_bucket{le="1",process="edge"} 1');
    expect(text).toContain('process_cpu_seconds_total{process="edge"}');
    expect(text).not.toContain('ddnn_other_total');
  });

  it('answers 404 to other paths and 405 to other methods, in JSON', async () => {
    const url = await start();
    expect((await json(`${url}/`))[0]).toBe(404);
    expect((await json(`${url}/healthz`, { method: 'POST' }))[0]).toBe(405);
  });

  it('names the port and the setting when the port is in use', async () => {
    const port = Number(new URL(await start()).port);
    const second = new HealthServer({ host: '127.0.0.1', port, metrics, checks: {}, logger });
    await expect(second.start()).rejects.toMatchObject({
      code: 'DDNN_PROCESS_PORT_IN_USE',
      userFault: true,
      message: `cannot listen on port ${port} of 127.0.0.1: the port is already in use; change the setting health.port`,
    });
    await second.stop();
  });

  it('gives its port back when stopped, even with a connection open', async () => {
    const url = await start();
    await fetch(`${url}/healthz`, { headers: { connection: 'keep-alive' } });
    await server!.stop();
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
    await start({}, Number(new URL(url).port));
  });
});

describe('listen', () => {
  it('names a host that is not of this machine', async () => {
    const server = createServer();
    // 192.0.2.0/24 is reserved for documentation (RFC 5737): no machine has it.
    const wrong = { host: '192.0.2.1', port: 0, setting: 'mqtt.port' };
    await expect(listen(server, wrong)).rejects.toMatchObject({
      code: 'DDNN_PROCESS_HOST_UNAVAILABLE',
      message: expect.stringMatching(/change the setting mqtt\.host$/),
    });
    await expect(listen(server, { ...wrong, hostSetting: 'host' })).rejects.toThrow(/change the setting host$/);
  });

  it('can be tried again on another port after a failure', async () => {
    const taken = createServer();
    const server = createServer();
    const port = await listen(taken, { host: '127.0.0.1', port: 0, setting: 'mqtt.port' });
    await expect(listen(server, { host: '127.0.0.1', port, setting: 'mqtt.port' })).rejects.toThrow('mqtt.port');
    expect(await listen(server, { host: '127.0.0.1', port: 0, setting: 'mqtt.port' })).toBeGreaterThan(0);
    taken.close();
    server.close();
  });
});
