import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ddnn, ddnnJson } from '../ddnn.js';

let folder: string;
const at = (...names: string[]) => path.join(folder, ...names);
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ddnn-bench-'));
  await ddnnJson(['simulate', '--out', at('epfl6'), '--samples', '60', '--size', '16', '--seed', '3']);
  const manifest = await readFile(at('epfl6/manifest.csv'), 'utf8');
  await writeFile(at('epfl6/manifest.csv'), manifest.replace(',split,', ',split_random,'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const flags = () => [
  'bench',
  'wire',
  '--data',
  folder,
  '--seeds',
  '1',
  '--epochs',
  '2',
  '--rate',
  '30',
  '--bundles',
  at('b'),
  '--one-process',
];

interface Wire {
  readonly [key: string]: unknown;
  readonly wirePerView: number;
  readonly unbatched: { readonly wirePerView: number };
  readonly points: readonly { readonly name: string; readonly measured: string; readonly bytesPerView: number }[];
  readonly seeds: readonly { readonly counted: { readonly wirePerView: number; readonly accuracy: number } }[];
}

it('bench wire trains, runs and counts, and draws what it measured', async () => {
  const wire = await ddnnJson<Wire>([...flags(), '--svg', at('wire.svg')]);
  expect(Object.keys(wire)).toEqual(
    expect.arrayContaining(['wirePerView', 'accuracy', 'bestAccuracy', 'points', 'curve', 'sd', 'latencyMs', 'seeds']),
  );
  expect(wire.unbatched.wirePerView).toBeGreaterThan(wire.wirePerView);
  expect(new Set(wire.points.map(({ measured }) => measured))).toEqual(
    new Set(['bare', 'published', 'eval', 'run', 'simulated']),
  );
  const run = wire.points.find(({ name }) => name === 'run')!;
  expect(run.bytesPerView).toBe(wire.wirePerView);
  expect(wire.seeds[0].counted.accuracy).toBeCloseTo(wire.accuracy as number, 9);
  expect(await readFile(at('wire.svg'), 'utf8')).toContain('split_random');
  expect(existsSync(at('b/split_random-1.ddnn'))).toBe(true);
});

it('bench wire refuses a picture that cannot be written, or is an input, before the work', async () => {
  for (const [file, says] of [
    [at('none/wire.svg'), /^ddnn: --svg .*there is no folder/],
    [at('epfl6/manifest.csv'), /^ddnn: --svg is also --data/],
  ] as const) {
    const { code, stderr } = await ddnn([...flags(), '--svg', file]);
    expect([code, stderr.trim().split('\n')]).toEqual([2, [expect.stringMatching(says)]]);
  }
});

it('bench wire says which data are missing', async () => {
  const { code, stderr } = await ddnn([...flags(), '--sets', 'ring6']);
  expect(code).toBe(2);
  expect(stderr).toContain('ring6.csv');
});
