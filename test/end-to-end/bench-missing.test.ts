import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from '../ddnn.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ddnn-installed-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The command as its package has it, with the packages that it depends on beside it and no other. */
async function install(): Promise<string> {
  const from = path.join(ROOT, 'deploy/cli');
  const modules = path.join(folder, 'node_modules');
  const { dependencies } = JSON.parse(await readFile(path.join(from, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    await mkdir(path.dirname(path.join(modules, name)), { recursive: true });
    await symlink(path.join(ROOT, 'node_modules', name), path.join(modules, name), 'junction');
  }
  for (const part of ['package.json', 'bin', 'dist'])
    await cp(path.join(from, part), path.join(modules, 'ddnn', part), { recursive: true });
  return path.join(modules, 'ddnn/bin/ddnn.js');
}

it('bench says in one line what is missing where the command is installed without its benchmarks', async () => {
  const bin = await install();
  const [code, stderr] = await new Promise<[unknown, string]>((resolve) => {
    const env = { ...process.env, NO_COLOR: '1' };
    execFile(process.execPath, [bin, 'bench', 'section'], { env }, (error, _, text) => resolve([error?.code, text]));
  });
  expect(stderr).toMatch(/^ddnn: bench needs the package @ddnn\/bench, .*\[DDNN_CLI_USAGE\]\n$/);
  expect(code).toBe(2);
});
