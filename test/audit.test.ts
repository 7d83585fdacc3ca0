import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from './ddnn.js';

let cache: string;
let registry: Server | undefined;
beforeAll(async () => {
  // npm keeps what it has heard of a package.
  cache = await mkdtemp(path.join(tmpdir(), 'ddnn-npm-'));
});
afterEach(() => {
  registry?.close();
  registry = undefined;
});
afterAll(() => rm(cache, { recursive: true, force: true }));

/** A registry that answers like this, and nothing else. Gives its URL. */
async function listen(answer: RequestListener): Promise<string> {
  registry = createServer((request, response) => {
    request.resume();
    request.once('end', () => answer(request, response));
  });
  await new Promise<void>((resolve) => registry!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
}

/** Known faults of a package that runs and of one that only tests. */
function advisories(runs: string, tests: string): RequestListener {
  const of = (id: number, severity: string) => {
    return [{ id, title: `fault ${id}`, url: `https://advisory/${id}`, severity, vulnerable_versions: '*' }];
  };
  return ({ method }, response) => {
    if (method === 'POST') response.end(JSON.stringify({ aedes: of(1, runs), vitest: of(2, tests) }));
    else response.writeHead(404).end('{}');
  };
}

/** Runs the audit of `.ci/run` against that registry. */
function audit(url: string, name: string): Promise<{ code: number; lines: string[] }> {
  const env = { ...process.env, npm_config_registry: url, npm_config_cache: path.join(cache, name) };
  return new Promise((resolve) => {
    execFile(process.execPath, [path.join(ROOT, '.ci/audit.mjs')], { env }, (error, stdout) =>
      resolve({ code: error ? Number(error.code) : 0, lines: stdout.trim().split('\n') }),
    );
  });
}

describe('The audit of dependencies', () => {
  it('fails where one has a fault of level high or critical, in what runs and in what only tests', async () => {
    const { code, lines } = await audit(await listen(advisories('high', 'critical')), 'fatal');
    expect(code).toBe(1);
    expect(lines).toContain('audit: aedes: high: fault 1 https://advisory/1');
    expect(lines).toContain('audit: vitest: critical: fault 2 https://advisory/2');
    expect(lines.at(-1)).toMatch(/^audit: failed: \d+ packages, \d+ high, \d+ critical$/);
  });

  it('passes where the faults are of a lower level, and counts them', async () => {
    const { code, lines } = await audit(await listen(advisories('moderate', 'low')), 'moderate');
    expect(lines).toEqual([expect.stringMatching(/^audit: passed: \d{3} packages, \d+ low, \d+ moderate$/)]);
    expect(code).toBe(0);
  });

  it('passes where there is none', async () => {
    const { code, lines } = await audit(await listen((_, response) => response.end('{}')), 'none');
    expect(lines).toEqual([expect.stringMatching(/^audit: passed: \d{3} packages, no known fault$/)]);
    expect(code).toBe(0);
  });

  it.each<[string, RequestListener]>([
    ['404', (_, response) => response.writeHead(404).end()],
    ['Unexpected token', (_, response) => response.end('<html>')],
  ])('concludes nothing where the registry does not offer it (%s)', async (why, answer) => {
    const { code, lines } = await audit(await listen(answer), why);
    expect(lines).toEqual([expect.stringMatching(`^audit: not available: .*${why}.*, not passed, not failed$`)]);
    expect(code).toBe(0);
  });

  it('concludes nothing where no registry answers, and shows no password', async () => {
    const url = await listen(() => {});
    await new Promise((resolve) => registry!.close(resolve));
    const { code, lines } = await audit(url.replace('//', '//me:geheim@'), 'away');
    expect(lines).toEqual([expect.stringMatching(/^audit: not available: .*ECONNREFUSED.*, not passed, not failed$/)]);
    expect(lines[0]).not.toContain('geheim');
    expect(code).toBe(0);
  });
});
