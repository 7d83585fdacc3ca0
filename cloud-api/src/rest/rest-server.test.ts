import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { startCloud } from '../../test/live-cloud.js';

/** Sends text as it stands; what comes back until the connection is closed. */
async function send(port: number, text: string) {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (data) => {
    answer += data;
  });
  socket.write(text);
  await once(socket, 'close');
  const [head, body] = answer.split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), head, body: JSON.parse(body) };
}

/** A request as HTTP; the connection ends with the answer. */
const http = (start: string, headers: readonly string[] = ['Host: a'], body = '') =>
  `${start} HTTP/1.1\r\n${[...headers, 'Connection: close'].join('\r\n')}\r\n\r\n${body}`;
const json = ['Host: a', 'Content-Type: application/json'];
const bounds = { 'http.headerTimeoutMs': 200, 'http.requestTimeoutMs': 400, 'http.maxBodyBytes': 2000 };

it.each([
  ['no HTTP', 'nonsense\r\n\r\n', 400, 'DDNN_API_HTTP'],
  ['no host', http('GET /v1/sites', []), 400, 'DDNN_API_HTTP'],
  ['headers that do not end', 'GET /v1/sites HTTP/1.1\r\nHost: a\r\n', 408, 'DDNN_API_HTTP'],
  ['a body that does not end', http('PUT /v1/labels', [...json, 'Content-Length: 9'], '{'), 408, 'DDNN_API_HTTP'],
  ['nothing', '', 408, 'DDNN_API_HTTP'],
  ['headers that are too long', http('GET /', ['Host: a', `X: ${'y'.repeat(20_000)}`]), 431, 'DDNN_API_HTTP'],
  ['an unknown expectation', http('GET /v1/sites', ['Host: a', 'Expect: cake']), 417, 'DDNN_API_HTTP'],
  ['a path that can’t be decoded', http('GET /v1/verdicts/%zz/1'), 400, 'DDNN_API_URL'],
  ['a name that is too long', http(`GET /v1/verdicts/${'a'.repeat(200)}/1`), 414, 'DDNN_API_URL'],
  ['another method', http('DELETE /v1/sites'), 405, 'DDNN_API_METHOD'],
  ['another method with a body', http('POST /v1/labels', [...json, 'Content-Length: 1'], 'x'), 405, 'DDNN_API_METHOD'],
  ['no such path', http('GET /v2/sites'), 404, 'DDNN_API_ROUTE'],
  [
    'another media type',
    http('PUT /v1/labels', ['Host: a', 'Content-Type: x/y', 'Content-Length: 1'], 'x'),
    415,
    'DDNN_API_BODY',
  ],
  ['a body that is too large', http('PUT /v1/labels', [...json, 'Content-Length: 9999']), 413, 'DDNN_API_BODY'],
  ['no JSON', http('PUT /v1/labels', [...json, 'Content-Length: 1'], '{'), 400, 'DDNN_API_BODY'],
])('answers %s in the one shape of errors', async (_, text, status, code) => {
  const { ports } = await startCloud(bounds);
  const answer = await send(ports.httpPort, text);
  expect(answer).toMatchObject({ status, body: { error: { code, message: expect.any(String), statusCode: status } } });
  expect(Object.keys(answer.body)).toEqual(['error']);
  expect(answer.head).toMatch(/content-type: application\/json/i);
  if (status === 405) expect(answer.head).toMatch(/allow: \w+/i);
});

it('has a place again after connections that send nothing, and health all the while', async () => {
  const { ports, get } = await startCloud({ ...bounds, 'http.maxConnections': 3 });
  const idle = Array.from({ length: 3 }, () => connect(ports.httpPort, '127.0.0.1'));
  await Promise.all(idle.map((socket) => once(socket, 'connect')));
  const health = await fetch(`http://127.0.0.1:${ports.healthPort}/readyz`);
  expect(health.status).toBe(200);
  const closed = idle.map((socket) => once(socket.resume(), 'close'));
  await Promise.all(closed);
  expect(await get('/v1/sites')).toEqual({ sites: [] });
});

it('lists in OpenAPI every status that generated requests are answered with', async () => {
  const { ports } = await startCloud(bounds);
  const url = `http://127.0.0.1:${ports.httpPort}`;
  type Parameter = { name: string; in: string };
  type Operation = { parameters?: Parameter[]; responses: Record<string, unknown> };
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, Operation>>;
  };
  const values = ['', '0', '-1', '1e9', 'a', 'edge', '%00', '%zz', 'ü', "'", 'x'.repeat(300)];
  const bodies = ['', '{', '[]', 'null', '{"site":"a","labels":[{"slot":1,"label":"car"}]}', `"${'x'.repeat(3000)}"`];
  const seen = new Set<number>();
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, { parameters = [], responses }] of Object.entries(operations)) {
      const check = async (target: string, init: RequestInit) => {
        const response = await fetch(`${url}${target}`, { ...init, method: method.toUpperCase() });
        const body = (await response.json()) as { error?: object };
        seen.add(response.status);
        expect(Object.keys(responses), `${method} ${target}`).toContain(String(response.status));
        if (response.status !== 200) expect(Object.keys(body.error!)).toEqual(['code', 'message', 'statusCode']);
      };
      for (const value of values) {
        const filled = path.replace(/\{\w+\}/g, encodeURI(value || 'a'));
        await check(value.startsWith('%') ? path.replace(/\{\w+\}/g, value) : filled, {});
        for (const { name } of parameters.filter(({ in: where }) => where === 'query')) {
          await check(`${path}?${name}=${value.startsWith('%') ? value : encodeURIComponent(value)}`, {});
        }
      }
      if (method !== 'put') continue;
      for (const type of ['application/json', 'text/plain', 'x/y']) {
        for (const body of bodies) await check(path, { body, headers: { 'content-type': type } });
      }
    }
  }
  expect([...seen].sort()).toEqual([200, 400, 404, 413, 414, 415]);
});
