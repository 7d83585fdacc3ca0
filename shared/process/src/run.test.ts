import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';

const here = path.dirname(fileURLToPath(import.meta.url));
let folder: string;
let program: string;
const children: ChildProcess[] = [];

// A process of its own needs JavaScript: bundled from the sources here, so that no stale build is tested.
beforeAll(async () => {
  const dist = path.join(here, '../dist');
  mkdirSync(dist, { recursive: true });
  folder = mkdtempSync(path.join(dist, 'fixture-'));
  program = path.join(folder, 'forked-process.mjs');
  const entryPoints = [path.join(here, 'fixtures/forked-process.mjs')];
  await build({ entryPoints, outfile: program, bundle: true, platform: 'node', format: 'esm', packages: 'external' });
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Forked {
  readonly child: ChildProcess;
  message(type: string): Promise<Record<string, unknown>>;
  ended(): Promise<{ code: number | null; out: string; log: string }>;
}

function start(behaviour: string): Forked {
  const child = fork(program, { silent: true, env: { ...process.env, FIXTURE: behaviour } });
  children.push(child);
  const messages: Record<string, unknown>[] = [];
  child.on('message', (message) => messages.push(message as Record<string, unknown>));
  let out = '';
  let log = '';
  child.stdout!.on('data', (data) => {
    out += data;
  });
  child.stderr!.on('data', (data) => {
    log += data;
  });
  // Not 'close': a parent that disconnected never gets it.
  const ends = [once(child, 'exit'), once(child.stdout!, 'end'), once(child.stderr!, 'end')];
  const closed = Promise.all(ends).then(([exit]) => exit![0] as number | null);
  return {
    child,
    async message(type) {
      for (;;) {
        const found = messages.find((message) => message.type === type);
        if (found) return found;
        const ended = await Promise.race([once(child, 'message').then(() => false), closed.then(() => true)]);
        if (ended && !messages.some((message) => message.type === type))
          throw new Error(`ended before ${type}: ${log}`);
      }
    },
    async ended() {
      return { code: await closed, out, log };
    },
  };
}

it.each(['SIGTERM', 'SIGINT'] as const)('announces that it is ready, drains on %s and exits 0', async (signal) => {
  const { child, message, ended } = start('good');
  expect(await message('ready')).toEqual({ type: 'ready', port: 4711 });
  child.kill(signal);
  const { code, out, log } = await ended();
  expect(code).toBe(0);
  expect(out).toBe('drained\n');
  const lines = log
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).msg);
  expect(lines).toEqual(['fixture is ready', 'fixture is stopping', 'fixture stopped']);
});

it('stops in order when its parent says so', async () => {
  const { child, message, ended } = start('good');
  await message('ready');
  child.send({ type: 'stop' });
  expect(await ended()).toMatchObject({ code: 0, out: 'drained\n' });
});

it('stops in order when its parent is gone', async () => {
  const { child, message, ended } = start('good');
  await message('ready');
  child.disconnect();
  expect(await ended()).toMatchObject({ code: 0, out: 'drained\n' });
});

it('finishes its start before it stops when the signal comes early', async () => {
  const { child, message, ended } = start('slow start');
  await message('starting');
  child.kill('SIGTERM');
  expect(await ended()).toMatchObject({ code: 0, out: 'drained\n' });
});

it('exits 1 on a second signal', async () => {
  const { child, message, ended } = start('second signal');
  await message('ready');
  child.kill('SIGTERM');
  await message('stopping');
  child.kill('SIGTERM');
  const { code, log } = await ended();
  expect(code).toBe(1);
  expect(log).toContain('told to stop again');
});

it.each([
  ['stop hangs', 'did not stop within 200 ms'],
  ['stop fails', 'cannot close'],
])('exits 1 when its %s', async (behaviour, says) => {
  const { child, message, ended } = start(behaviour);
  await message('ready');
  child.kill('SIGTERM');
  const { code, log } = await ended();
  expect(code).toBe(1);
  expect(log).toContain(says);
});

it.each([
  ['uncaught', 'thrown late'],
  ['rejection', 'rejected late'],
])('logs a fatal error and exits 1 on an %s error', async (behaviour, says) => {
  const { ended } = start(behaviour);
  const { code, log } = await ended();
  expect(code).toBe(1);
  const fatal = log
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .find((line) => line.level === 60);
  expect(fatal.err.message).toBe(says);
});

it("exits 2 and tells its parent when the start fails by the user's fault", async () => {
  const { message, ended } = start('user fault');
  const failed = { type: 'failed', code: 'DDNN_CONFIG_VALUE', message: 'uplink.url must be string', userFault: true };
  expect(await message('failed')).toEqual(failed);
  const { code, log } = await ended();
  expect(code).toBe(2);
  expect(log).not.toContain('stack');
});

it('exits 1 and tells its parent when the start fails otherwise', async () => {
  const { message, ended } = start('own fault');
  const failed = { type: 'failed', code: 'DDNN_PROCESS_FAILED', message: 'out of luck', userFault: false };
  expect(await message('failed')).toEqual(failed);
  expect((await ended()).code).toBe(1);
});

it.each([
  ['gives up', 2, 'fixture cannot go on: another one is here'],
  ['breaks down', 1, 'fixture cannot go on'],
])('drains before it ends where it %s while it runs, and exits %i', async (behaviour, exits, says) => {
  const { ended } = start(behaviour);
  const { code, out, log } = await ended();
  expect(code).toBe(exits);
  expect(out).toBe('drained\n');
  const fatal = log.split('\n').filter((line) => line.includes('"level":60'));
  expect(fatal.map((line) => JSON.parse(line).msg)).toEqual([says]);
});
