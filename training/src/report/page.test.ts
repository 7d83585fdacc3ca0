import type { Architecture, Bundle } from '@ddnn/model';
import { beforeAll, describe, expect, test } from 'vitest';
import { trainNetwork } from '../learn/train.js';
import { syntheticData } from '../testing/synthetic-data.js';
import { type MeasuredBundle, measureBundle } from './measure.js';
import { renderReport } from './page.js';
import { noSweeps, retrainAll } from './retrain.js';
import { checkSeeds, type Subject } from './subject.js';

const architecture: Architecture = {
  name: '<script>alert(1)</script>',
  input: { height: 8, width: 8, channels: 1 },
  device: { section: [{ convp: { filters: 2 } }] },
  local: { aggregator: 'max' },
  cloud: { aggregator: 'concat', section: [{ fc: { units: 8 } }] },
};
const set = (seed: number) => {
  const drawn = syntheticData({ rows: 36, views: 3, side: 8, seed, absent: 0.3 });
  const names = ['standing', 'lying & "low"', '<none>'];
  const renamed = (label: string) => names[drawn.classes.indexOf(label)];
  return {
    ...drawn,
    classes: names,
    rows: drawn.rows.map(({ sample, label }) => ({ sample: `<i>${sample}`, label: renamed(label) })),
    // A camera sees nothing at all, and a sample is seen by none.
    images: drawn.images.map((row, i) => row.map((image, view) => (view === 1 || i === 5 ? null : image))),
    jpegBytes: drawn.images.map((row) => row.map((image) => (image ? 400 : null))),
  };
};
const data = { train: set(1), test: set(2) };
const training = { epochs: 1, learningRate: 1e-2, backend: 'wasm' as const };
const train = async (arch: Architecture, seed: number): Promise<Bundle> =>
  (await trainNetwork({ ...training, architecture: arch, data: data.train, seed })).bundle;
const subject = (measured: readonly MeasuredBundle[]): Subject => ({
  data: data.test,
  split: 'te<st',
  measured,
  trained: undefined,
  command: "ddnn report --data 'a<b'",
});
const ids = (page: string) => [...page.matchAll(/<section id="(\w+)"/g)].map(([, id]) => id);
const sections = ['summary', 'bytes', 'missing', 'cameras', 'exits', 'uncertainty', 'samples', 'trained', 'about'];

let measured: MeasuredBundle[];
let page: string;
beforeAll(async () => {
  const bundles = [await train(architecture, 1), await train(architecture, 2)];
  measured = [];
  for (const bundle of bundles) measured.push(await measureBundle(bundle, data.test));
  page = renderReport(subject(measured));
});

describe('The page', () => {
  test('has every section, and a link to each', () => {
    expect(ids(page)).toEqual(sections);
    const links = [...page.matchAll(/href="#(\w+)"/g)].map(([, id]) => id);
    expect(links).toEqual(sections.slice(1));
  });

  test('needs nothing but itself', () => {
    const addresses = [...page.matchAll(/(?:src|href|url\()=?["'(]([^"')]+)/g)].map(([, address]) => address);
    expect(addresses.filter((address) => !/^(#|data:image\/png;base64,)/.test(address))).toEqual([]);
    expect(page).not.toMatch(/<script|<link|@import|https?:/);
  });

  test('escapes names of network, samples, classes and split', () => {
    expect(page).toContain('&lt;script&gt;alert(1)');
    for (const raw of ['<i>s', '<none>', 'te<st', 'lying & "low"', 'a<b']) expect(page).not.toContain(raw);
  });

  test('says the figures of the evaluation, with their range', () => {
    const shares = measured.map(({ summary }) => summary.accuracy * 100);
    const [low, high] = [Math.min(...shares), Math.max(...shares)].map((share) => share.toFixed(1));
    expect(page).toContain(`<b>${((shares[0] + shares[1]) / 2).toFixed(1)}\u00a0%</b>`);
    if (low !== high) expect(page).toContain(`${low}–${high}`);
    expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });

  test('is the same text for the same subject', () => {
    expect(renderReport(subject(measured))).toBe(page);
  });

  test('says how to add what must be trained, and shows it once it is', async () => {
    expect(page).toContain('--retrain --train-split');
    const sweeps = noSweeps({ epochs: 1, seed: 1 });
    const seen: number[] = [];
    const options = { ...training, seed: 1, onProgress: ({ share }: { share: number }) => seen.push(share) };
    await retrainAll(measured[0], data, options, sweeps);
    expect(seen).toEqual(seen.map((_, i) => (i + 1) / (9 + 5 + 1 + 3)));
    expect(sweeps.oneGone.map(({ lost }) => lost)).toEqual([[0], [1], [2]]);
    const full = renderReport({ ...subject(measured), trained: sweeps });
    expect(full).toContain('MP-CC');
    expect(full).toContain('trained for these');
    expect(full).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });
});

test.each([
  ['one view', { ...architecture, local: { aggregator: 'concat' as const } }, [0]],
  ['no local exit', { ...architecture, local: undefined }, [0, 1, 2]],
  [
    'an edge',
    { ...architecture, edge: { aggregator: 'max' as const, section: [{ convp: { filters: 2 } }] } },
    [0, 1, 2],
  ],
])('A network with %s has a page too', async (_, { local, ...rest }, views) => {
  const { pickViews } = await import('../data/data-set.js');
  const [few, test] = [data.train, data.test].map((rows) => pickViews(rows, views));
  const other = local ? { ...rest, local } : rest;
  const { bundle } = await trainNetwork({ ...training, architecture: other, data: few, seed: 1 });
  const alone = renderReport({ ...subject([await measureBundle(bundle, test)]), data: test });
  expect(ids(alone)).toEqual(sections);
  expect(alone).not.toMatch(/NaN|undefined|Infinity|\[object/);
});

test('Bundles of different networks are refused', async () => {
  const other = await train({ ...architecture, device: { section: [{ convp: { filters: 4 } }] } }, 1);
  expect(() => checkSeeds([measured[0].bundle, other])).toThrow(
    expect.objectContaining({ code: 'DDNN_TRAINING_BUNDLES', userFault: true }),
  );
  checkSeeds(measured.map(({ bundle }) => bundle));
});
