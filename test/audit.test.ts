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

/** Known faults of two packages that this project has. */
function advisories(severity: string): RequestListener {
  const of = (id: number) => ({
    id,
    title: `fault ${id}`,
    url: `https://advisory/${id}`,
    severity,
    vulnerable_versions: '*',
  });
  return ({ method }, response) => {
    if (method === 'POST') response.end(JSON.stringify({ aedes: [of(1)], vitest: [of(2)] }));
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
  it.each(['high', 'critical'])(
    'fails where one has a fault of level %s, in what runs and in what builds',
    async (level) => {
      const { code, lines } = await audit(await listen(advisories(level)), level);
      expect(code).toBe(1);
      expect(lines.join('\n')).toContain(`aedes: ${level}: fault 1 https://advisory/1`);
      expect(lines.join('\n')).toContain(`vitest: ${level}: fault 2 https://advisory/2`);
      expect(lines.at(-1)).toMatch(/^audit: failed: \d+ packages, \d+ /);
    },
  );

  it('passes where the faults are of a lower level, and counts them', async () => {
    const { code, lines } = await audit(await listen(advisories('moderate')), 'moderate');
    expect(lines).toEqual([expect.stringMatching(/^audit: passed: \d{3} packages, \d+ moderate$/)]);
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
