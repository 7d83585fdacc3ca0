import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ddnn, ddnnJson } from '../ddnn.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ddnn-bench-'));
  await ddnnJson(['simulate', '--out', path.join(folder, 'street'), '--samples', '60', '--size', '16', '--seed', '3']);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const bench = async (architecture: string) => {
  const arch = path.join(folder, 'small.yaml');
  await writeFile(arch, architecture);
  return ['bench', 'train', '--data', path.join(folder, 'street/manifest.csv'), '--arch', arch, '--epochs', '2'];
};
const BELOW =
  'name: small, input: { height: 16, width: 16, channels: 3 }, device: { section: [{ convp: { filters: 4 } }] }';

it('bench train times both ways of training, epoch by epoch', async () => {
  interface Way {
    readonly secondsPerEpoch: number;
    readonly epochs: readonly number[];
    readonly loss: number;
    readonly peakBytes: number;
  }
  const cloud = 'cloud: { aggregator: concat, section: [{ convp: { filters: 8 } }] }';
  const args = await bench(`{ ${BELOW}, local: { aggregator: max }, ${cloud} }`);
  const result = await ddnnJson<{ own: Way; plain: Way; ratio: number; projectedSeconds: number }>(args);
  for (const { secondsPerEpoch, epochs, loss, peakBytes } of [result.own, result.plain]) {
    expect(epochs).toHaveLength(2);
    expect(secondsPerEpoch).toBeGreaterThan(0);
    expect(loss).toBeGreaterThan(0);
    expect(peakBytes).toBeGreaterThan(20e6);
  }
  expect(result.ratio).toBeCloseTo(result.plain.secondsPerEpoch / result.own.secondsPerEpoch);
  expect(result.projectedSeconds).toBeCloseTo(100 * result.own.secondsPerEpoch);
});

it('bench train says in words what it can’t compare', async () => {
  const tiers =
    'edge: { aggregator: max, section: [{ convp: { filters: 4 } }] }, cloud: { aggregator: max, section: [] }';
  const { code, stderr } = await ddnn(await bench(`{ ${BELOW}, ${tiers} }`));
  expect(stderr).toContain('small: there is no plain way for an edge tier');
  expect(code).toBe(2);
});
