import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ddnnJson } from '../ddnn.js';

interface Result {
  samples: number;
  accuracy: number;
  balancedAccuracy: number;
  exits: Record<'local' | 'edge' | 'cloud' | 'fallback', number>;
  lost: number;
  bytes: Record<'payloadPerView' | 'wirePerView' | 'rawPerView', number>;
}

const ARCHITECTURE = `
name: two cameras
input: { height: 16, width: 16, channels: 3 }
device: { section: [{ convp: { filters: 3 } }] }
local: { aggregator: max }
cloud: { aggregator: concat, section: [{ convp: { filters: 5 } }] }
`;

describe('a site of two cameras, trained here, over sockets', () => {
  let folder: string;
  const at = (...names: string[]) => path.join(folder, ...names);
  const lines = async (file: string) =>
    (await readFile(file, 'utf8')).trim().split('\n').map((line) => JSON.parse(line));

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'ddnn-test-'));
    await writeFile(at('small.yaml'), ARCHITECTURE);
    await ddnnJson(['simulate', '--out', at('street'), '--samples', '120', '--size', '16', '--seed', '3']);
    const data = ['--data', at('street/manifest.csv'), '--views', '0,3'];
    await ddnnJson(['train', ...data, '--split', 'train', '--arch', at('small.yaml'), '--epochs', '3', '--out', at('b.ddnn')]);
  }, 120_000);

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it.each([['one process each', []], ['one process', ['--one-process']]] as const)(
    'gives every sample the same exit and class as the evaluation (%s)',
    async (_, how) => {
      const common = ['--data', at('street/manifest.csv'), '--views', '0,3', '--bundle', at('b.ddnn')];
      // A threshold in the middle of the entropies, so that both exits are taken.
      await ddnnJson(['eval', ...common, '--threshold', '1', '--verdicts', at('all-local.jsonl')]);
      const entropies = (await lines(at('all-local.jsonl'))).map(({ entropy }) => entropy as number).sort((a, b) => a - b);
      const threshold = String(entropies[Math.floor(entropies.length / 2)]);

      const evaluated = await ddnnJson<Result>(['eval', ...common, '--threshold', threshold, '--verdicts', at('eval.jsonl')]);
      const ran = await ddnnJson<Result>(['run', ...common, '--threshold', threshold, '--verdicts', at('run.jsonl'), ...how]);

      const pick = (rows: { sample: string; exit: string; class: string }[]) =>
        rows.map(({ sample, exit, class: name }) => ({ sample, exit, class: name }));
      expect(pick(await lines(at('run.jsonl')))).toEqual(pick(await lines(at('eval.jsonl'))));
      expect(evaluated.exits.local).toBeGreaterThan(0);
      expect(evaluated.exits.cloud).toBeGreaterThan(0);
      expect(ran.exits).toEqual(evaluated.exits);
      expect(ran.lost).toBe(0);
      expect(ran.accuracy).toBeCloseTo(evaluated.accuracy, 12);
      expect(ran.balancedAccuracy).toBeCloseTo(evaluated.balancedAccuracy, 12);
      const sum = Object.values(ran.exits).reduce((a, b) => a + b, 0);
      expect(sum).toBe(ran.samples);
      // Same frames, so the same payload to the byte; packets differ where records are batched by time.
      expect(ran.bytes.payloadPerView).toBeCloseTo(evaluated.bytes.payloadPerView, 9);
      expect(ran.bytes.wirePerView).toBeGreaterThan(0.8 * evaluated.bytes.wirePerView);
      expect(ran.bytes.wirePerView).toBeLessThan(1.2 * evaluated.bytes.wirePerView);
    },
    120_000,
  );
});
