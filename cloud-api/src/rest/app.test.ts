import type { ResolvedArchitecture } from '@ddnn/model';
import { createMetrics } from '@ddnn/process';
import Fastify from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteStore } from '../store/sqlite-store.js';
import type { NewVerdict } from '../store/verdict-store.js';
import { app } from './app.js';

const architecture: ResolvedArchitecture = {
  name: 'tiny',
  input: { height: 8, width: 8, channels: 3 },
  views: 2,
  classes: ['car', 'bus'],
  device: { section: [{ convp: { filters: 4 } }] },
  cloud: { aggregator: 'max', section: [] },
};

const verdict = (slot: number, changes: Partial<NewVerdict> = {}): NewVerdict => ({
  site: 'plaza',
  edge: 'north',
  slot,
  class: 'car',
  classIndex: 0,
  exit: 'local',
  reason: 'none',
  uncertainty: 0.25,
  views: ['present', 'lost'],
  epoch: 1,
  capturedAt: slot * 100,
  storedAt: 9000,
  ...changes,
});

let store: SqliteStore;
let fastify: ReturnType<typeof Fastify>;
let checks: Record<string, () => boolean | string>;

beforeEach(async () => {
  store = new SqliteStore({
    file: ':memory:',
    maxVerdicts: 1000,
    maxWaitingLabels: 1000,
    maxEntries: 100,
    maxMs: 1,
    maxQueued: 100,
    readThreads: 1,
    maxQueuedReads: 100,
    readTimeoutMs: 10_000,
  });
  await store.start();
  checks = {};
  fastify = Fastify({ bodyLimit: 2000 });
  await fastify.register(app, options());
});
const options = (of = architecture) => {
  const metrics = createMetrics('test');
  return { store, architecture: of, metrics, checks, version: '1.2.3', pageSize: 3, maxPageSize: 5, maxLabels: 3 };
};
afterEach(async () => {
  await fastify.close();
  await store.stop();
});

async function get(url: string) {
  const response = await fastify.inject(url);
  return { status: response.statusCode, body: response.json() };
}
const put = async (payload: string | object) => {
  const headers = { 'content-type': 'application/json' };
  const response = await fastify.inject({ method: 'PUT', url: '/v1/labels', payload, headers });
  return { status: response.statusCode, body: response.json() };
};
const refused = (status: number, code: string, message: string | RegExp) => ({
  status,
  body: { error: { code, message: expect.stringMatching(message), statusCode: status } },
});

describe('/v1/verdicts', () => {
  beforeEach(async () => {
    const eight = Array.from({ length: 8 }, (_, slot) =>
      verdict(slot, slot % 2 ? { exit: 'cloud', class: 'bus' } : {}),
    );
    await store.putVerdicts([...eight, verdict(3, { site: 'yard', class: 'none', classIndex: 255 })]);
  });

  it('pages through all verdicts, newest first', async () => {
    const seen: string[] = [];
    let next: string | null = '';
    while (next !== null) {
      const { body } = await get(`/v1/verdicts${next ? `?cursor=${next}` : ''}`);
      expect(body.verdicts.length).toBeLessThanOrEqual(3);
      seen.push(...body.verdicts.map(({ site, slot }: NewVerdict) => `${site} ${slot}`));
      next = body.next;
    }
    const plaza = (...slots: number[]) => slots.map((slot) => `plaza ${slot}`);
    expect(seen).toEqual([...plaza(7, 6, 5, 4), 'yard 3', ...plaza(3, 2, 1, 0)]);
  });

  it('filters by site, exit, class and time', async () => {
    const slots = async (query: string) =>
      (await get(`/v1/verdicts?limit=5&${query}`)).body.verdicts.map(({ slot }: NewVerdict) => slot);
    expect(await slots('site=yard')).toEqual([3]);
    expect(await slots('exit=cloud')).toEqual([7, 5, 3, 1]);
    expect(await slots('class=none')).toEqual([3]);
    expect(await slots('from=200&to=400&site=plaza')).toEqual([3, 2]);
    expect(await slots('exit=fallback')).toEqual([]);
  });

  it('answers every field of one verdict', async () => {
    await store.putVerdicts([verdict(20, { exit: 'fallback', reason: 'deadline', capturedAt: null })]);
    await store.putVerdicts([
      verdict(20, { exit: 'cloud', class: 'bus', classIndex: 1, uncertainty: 0.5, storedAt: 9500 }),
    ]);
    await store.putLabels('plaza', [{ slot: 20, label: 'bus' }]);
    expect(await get('/v1/verdicts/plaza/20')).toEqual({
      status: 200,
      body: {
        ...verdict(20, { exit: 'fallback', reason: 'deadline', capturedAt: null }),
        entropy: 0.25,
        label: 'bus',
        revised: { class: 'bus', classIndex: 1, uncertainty: 0.5, entropy: 0.5, storedAt: 9500 },
      },
    });
  });

  it('says in the one error shape what it can’t answer', async () => {
    expect(await get('/v1/verdicts/plaza/99')).toEqual(
      refused(404, 'DDNN_API_VERDICT', /plaza has no verdict of sample 99/),
    );
    expect(await get('/v1/verdicts/plaza/1.5')).toEqual(refused(400, 'DDNN_API_REQUEST', 'params.sample'));
    expect(await get('/v1/verdicts/plaza/-1')).toEqual(refused(400, 'DDNN_API_REQUEST', 'params.sample'));
    expect(await get('/v1/verdicts/pla%20za/1')).toEqual(refused(400, 'DDNN_API_REQUEST', 'params.site'));
    expect(await get('/v1/verdicts?limit=6')).toEqual(refused(400, 'DDNN_API_REQUEST', 'querystring.limit'));
    expect(await get('/v1/verdicts?limit=0')).toEqual(refused(400, 'DDNN_API_REQUEST', 'querystring.limit'));
    expect(await get('/v1/verdicts?limit=many')).toEqual(refused(400, 'DDNN_API_REQUEST', 'querystring.limit'));
    expect(await get('/v1/verdicts?limit=')).toEqual(refused(400, 'DDNN_API_REQUEST', 'querystring.limit'));
    expect(await get('/v1/verdicts?exit=somewhere')).toEqual(refused(400, 'DDNN_API_REQUEST', 'querystring.exit'));
    expect(await get('/v1/verdicts?from=yesterday')).toEqual(refused(400, 'DDNN_API_REQUEST', 'querystring.from'));
    expect(await get('/v1/verdicts?sight=plaza')).toEqual(
      refused(400, 'DDNN_API_REQUEST', 'querystring.sight is unknown'),
    );
    expect(await get('/v1/verdicts?cursor=xyz')).toEqual(refused(400, 'DDNN_API_CURSOR', 'cursor'));
    expect(await get('/v1/verdict')).toEqual(refused(404, 'DDNN_API_ROUTE', 'there is no GET /v1/verdict'));
  });
});

describe('/v1/labels', () => {
  it('takes labels, which then make accuracy', async () => {
    await store.putVerdicts([verdict(1), verdict(2), verdict(3, { class: 'none', classIndex: 255 }), verdict(4)]);
    const labels = [
      { slot: 1, label: 'car' },
      { slot: 2, label: 'bus' },
      { slot: 3, label: 'none' },
    ];
    expect(await put({ site: 'plaza', labels })).toEqual({ status: 200, body: { stored: 3 } });
    const { body } = await get('/v1/stats');
    expect(body).toMatchObject({ samples: 4, labelled: 3, accuracy: 2 / 3, balancedAccuracy: 2 / 3 });
    expect((await get('/v1/stats?site=yard')).body).toMatchObject({ samples: 0, labelled: 0, accuracy: null });
  });

  it('takes a word composed or decomposed for the same, as the filter by class does', async () => {
    const [composed, decomposed] = ['caf\u00e9', 'cafe\u0301'];
    fastify = Fastify();
    await fastify.register(app, options({ ...architecture, classes: [composed, 'bus'] }));
    await store.putVerdicts([verdict(1, { class: composed }), verdict(2, { class: composed })]);
    const labels = [composed, decomposed].map((label, i) => ({ slot: i + 1, label }));
    expect(await put({ site: 'plaza', labels })).toEqual({ status: 200, body: { stored: 2 } });
    expect((await get('/v1/stats')).body).toMatchObject({ labelled: 2, accuracy: 1 });
    const { body } = await get(`/v1/verdicts?class=${encodeURIComponent(decomposed)}`);
    expect(body.verdicts).toHaveLength(2);
  });

  it('counts a class of any name', async () => {
    await store.putVerdicts([verdict(1, { class: 'constructor' })]);
    expect((await get('/v1/stats')).body.classes).toEqual({ constructor: 1 });
  });

  it('refuses what it does not know or can’t read, and stores none of it', async () => {
    const label = { slot: 1, label: 'car' };
    const of = (...labels: unknown[]) => put({ site: 'plaza', labels });
    expect(await of(label, { slot: 2, label: 'dog' })).toEqual(
      refused(400, 'DDNN_API_LABEL', /labels\.1: .*"dog".* car, bus, none/),
    );
    expect(await of()).toEqual(refused(400, 'DDNN_API_REQUEST', 'body.labels'));
    expect(await of(label, label, label, label)).toEqual(refused(400, 'DDNN_API_REQUEST', 'body.labels'));
    expect(await of({ slot: '1', label: 'car' })).toEqual(refused(400, 'DDNN_API_REQUEST', 'body.labels.0.slot'));
    expect(await of({ ...label, note: 1 })).toEqual(refused(400, 'DDNN_API_REQUEST', 'body.labels.0.note is unknown'));
    expect(await put({ labels: [label] })).toEqual(refused(400, 'DDNN_API_REQUEST', 'site'));
    expect(await put('{"site":')).toEqual(refused(400, 'DDNN_API_BODY', 'JSON'));
    expect(await put({ site: 'x'.repeat(3000) })).toEqual(refused(413, 'DDNN_API_BODY', 'large'));
    await store.putVerdicts([verdict(1)]);
    expect((await get('/v1/stats')).body.labelled).toBe(0);
  });
});

describe('the API of a process', () => {
  it('is not ready while a check fails, and tells which', async () => {
    expect(await get('/healthz')).toEqual({ status: 200, body: { status: 'ok' } });
    expect(await get('/readyz')).toEqual({ status: 200, body: { status: 'ready' } });
    checks.store = () => 'no disk';
    checks.uplink = () => true;
    expect(await get('/readyz')).toEqual({ status: 503, body: { status: 'not ready', failing: { store: 'no disk' } } });
  });

  it('hides what went wrong inside', async () => {
    await store.stop();
    expect(await get('/v1/verdicts')).toEqual(refused(500, 'DDNN_API_FAILED', /^internal error$/));
  });

  it('describes every path in OpenAPI 3.1, with a response schema and the error shape', async () => {
    const { body: api } = await get('/openapi.json');
    expect(api.openapi).toMatch(/^3\.1\./);
    expect(api.info.version).toBe('1.2.3');
    expect(Object.keys(api.paths).sort()).toEqual([
      '/v1/devices',
      '/v1/labels',
      '/v1/sites',
      '/v1/stats',
      '/v1/verdicts',
      '/v1/verdicts/{site}/{sample}',
    ]);
    type Operation = {
      summary: string;
      responses: Record<string, { content: Record<string, { schema: { type: string } }> }>;
    };
    for (const [path, methods] of Object.entries<Record<string, Operation>>(api.paths)) {
      for (const operation of Object.values(methods)) {
        expect(operation.summary, path).toBeTruthy();
        expect(operation.responses['200'].content['application/json'].schema.type, path).toBe('object');
      }
    }
    const { parameters, responses } = api.paths['/v1/verdicts'].get;
    expect(parameters.map(({ name }: { name: string }) => name)).toEqual([
      'site',
      'exit',
      'class',
      'from',
      'to',
      'limit',
      'cursor',
    ]);
    expect(responses['400'].content['application/json'].schema.properties.error.required).toEqual([
      'code',
      'message',
      'statusCode',
    ]);
    expect((await fastify.inject('/docs/')).statusCode).toBe(200);
  });
});
