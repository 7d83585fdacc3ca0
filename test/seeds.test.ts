import { readFile } from 'node:fs/promises';
import type { EvalSummary, Spread } from '@ddnn/training';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ddnnJson } from './ddnn.js';
import { makeSmallSite, type SmallSite } from './small-site.js';

const ARCHITECTURE = `
name: two cameras
input: { height: 16, width: 16, channels: 3 }
device: { section: [{ convp: { filters: 2 } }] }
local: { aggregator: max }
cloud: { aggregator: concat, section: [] }
training: { epochs: 2 }
`;
type Seeds<T> = Spread<T> & { readonly seeds: readonly (T & { readonly bundle: string; readonly seed?: number })[] };

let site: SmallSite;
let train: string[];
beforeAll(async () => {
  site = await makeSmallSite({ architecture: ARCHITECTURE, views: '0,3', samples: 24, epochs: 2 });
  const data = ['--data', site.at('street/manifest.csv'), '--views', '0,3'];
  train = ['train', ...data, '--split', 'train', '--arch', site.at('small.yaml')];
});
afterAll(() => site?.remove());

it('trains several seeds into a bundle each, the first just as it would be alone, and evaluates them together', async () => {
  const trained = await ddnnJson<Seeds<{ accuracy: number }>>([...train, '--seeds', '2', '--out', site.at('m.ddnn')]);
  const files = [site.at('m.s1.ddnn'), site.at('m.s2.ddnn')];
  expect(trained.seeds.map(({ seed, bundle }) => [seed, bundle])).toEqual([
    [1, files[0]],
    [2, files[1]],
  ]);
  expect(trained.mean.accuracy).toBeCloseTo((trained.seeds[0].accuracy + trained.seeds[1].accuracy) / 2);
  // The epochs of the site's bundle come from the command, these from the architecture: both 2.
  expect(await readFile(files[0])).toEqual(await readFile(site.at('b.ddnn')));

  const data = ['eval', '--data', site.at('street/manifest.csv'), '--views', '0,3', '--missing'];
  const together = await ddnnJson<Seeds<EvalSummary>>([...data, '--bundle', ...files]);
  const alone = await ddnnJson<EvalSummary>([...data, '--bundle', files[1]]);
  expect(together.seeds[1]).toEqual({ bundle: files[1], ...alone });
  const accuracies = together.seeds.map(({ accuracy }) => accuracy);
  expect([together.min.accuracy, together.max.accuracy]).toEqual(accuracies.sort((a, b) => a - b));
  expect(together.sd.missing!.one!.mean.cloud).toBeGreaterThanOrEqual(0);
});
