import { describe, expect, it } from 'vitest';
import { Seeded } from '../../test/seeded.js';
import { MIX_UNIT } from '../aggregate/score-aggregator.js';
import type { AggregatorName, Block, ResolvedArchitecture } from '../architecture/architecture.js';
import { type Shape, sectionShape, volume } from '../architecture/shapes.js';
import { type Bundle, openBundle } from '../bundle/bundle.js';
import { quantise } from '../plain/quantise.js';
import { randomBundle } from '../testing/random-bundle.js';
import { DeviceTier } from './device-tier.js';
import { Exit } from './exit-rule.js';
import { createLocalTier } from './local-tier.js';
import { UpperTier } from './upper-tier.js';

/*
 * The tiers against a composition by hand, straight from the tensors of a bundle: no section, aggregator or exit class,
 * only loops over signs and the table of tensor names.
 */

const architecture: ResolvedArchitecture = {
  name: 'tiers',
  input: { height: 7, width: 6, channels: 3 },
  views: 3,
  classes: ['car', 'bus', 'person'],
  device: { section: [{ convp: { filters: 3 } }, { convp: { filters: 2 } }] },
  local: { aggregator: 'max' },
  cloud: { aggregator: 'concat', section: [{ convp: { filters: 5 } }, { fc: { units: 9 } }] },
};

const sign = (bits: Tensorish, i: number) => ((bits[i >> 3] >> (i & 7)) & 1 ? 1 : -1);
type Tensorish = { readonly [i: number]: number };

/** One section by hand on a map of numbers, HWC. */
function section(
  bundle: Bundle,
  name: string,
  input: Shape,
  blocks: readonly Block[],
  map: number[],
  divisor: number,
): number[] {
  let shape = input;
  let values = map;
  for (const [i, block] of blocks.entries()) {
    const of = (part: string) => bundle.tensors.get(`${name}.${i}.${part}`)!;
    const output = sectionShape(shape, [block]);
    const norm = (i === 0 ? divisor - 1 : 0) * output.channels;
    const compare = (sum: number, c: number) =>
      of('directions')[norm + c] * sum >= of('thresholds')[norm + c] ? 1 : -1;
    const { height, width, channels } = shape;
    const at = (y: number, x: number, c: number) =>
      y < 0 || x < 0 || y >= height || x >= width ? 0 : values[(y * width + x) * channels + c];
    const next: number[] = [];
    for (let y = 0; y < output.height; y++) {
      for (let x = 0; x < output.width; x++) {
        for (let f = 0; f < output.channels; f++) {
          if ('fc' in block) {
            next.push(
              compare(
                values.reduce((sum, value, j) => sum + value * sign(of('weights'), f * values.length + j), 0),
                f,
              ),
            );
            continue;
          }
          const sums: number[] = [];
          for (const [py, px] of [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => [2 * y + dy, 2 * x + dx]))) {
            if (py < 0 || px < 0 || py >= height || px >= width) continue;
            let sum = 0;
            for (let tap = 0; tap < 9 * channels; tap++) {
              const [ky, kx, c] = [Math.floor(tap / channels / 3), Math.floor(tap / channels) % 3, tap % channels];
              sum += at(py + ky - 1, px + kx - 1, c) * sign(of('weights'), f * 9 * channels + tap);
            }
            sums.push(sum);
          }
          next.push(compare(Math.max(...sums), f));
        }
      }
    }
    values = next;
    shape = output;
  }
  return values;
}

function scores(bundle: Bundle, name: string, map: number[], divisor: number, step: number, limit: number): number[] {
  const of = (part: string) => bundle.tensors.get(`${name}.exit.${part}`)!;
  return bundle.architecture.classes.map((_, c) => {
    const sum = map.reduce((total, value, i) => total + value * sign(of('weights'), c * map.length + i), 0);
    return quantise(
      Math.fround(Math.fround(Math.fround(sum / divisor) * of('scale')[c]) + of('offset')[c]),
      step,
      limit,
    );
  });
}

function join(
  name: AggregatorName,
  maps: (number[] | undefined)[],
  channels: number,
): { map: number[]; divisor: number } {
  const present = maps.filter((map) => map !== undefined);
  const cells = present[0].length / channels;
  const each = (combine: (values: number[]) => number) =>
    present[0].map((_, i) => combine(present.map((map) => map[i])));
  if (name === 'max') return { map: each((values) => Math.max(...values)), divisor: 1 };
  if (name === 'average') return { map: each((values) => values.reduce((a, b) => a + b)), divisor: present.length };
  const map = Array.from({ length: cells }, (_, cell) =>
    maps.flatMap((source) => Array.from({ length: channels }, (_, c) => source?.[cell * channels + c] ?? 0)),
  );
  return { map: map.flat(), divisor: 1 };
}

const unpack = (bits: Uint8Array, count: number) => Array.from({ length: count }, (_, i) => sign(bits, i));
const image = (random: Seeded, bundle: Bundle) =>
  Uint8Array.from({ length: bundle.shapes.pixelBytes }, () => random.integer(0, 255));
const masks = (sources: number) => Array.from({ length: 2 ** sources - 1 }, (_, i) => i + 1);
const unfit = (message: string) => expect.objectContaining({ code: 'DDNN_BUNDLE_UNFIT', message });

describe('the device tier', () => {
  const bundle = openBundle(randomBundle(architecture, 4));

  it.each([0, 1, 2])('of view %i gives the features and scores of a composition by hand', (view) => {
    const random = new Seeded(view);
    const tier = new DeviceTier(bundle, view);
    for (let run = 0; run < 20; run++) {
      const pixels = image(random, bundle);
      tier.run(pixels);
      const map = section(bundle, `device.${view}`, architecture.input, architecture.device.section, [...pixels], 1);
      expect(unpack(tier.features, map.length)).toEqual(map);
      expect(tier.features.length).toBe(bundle.shapes.device.featureBytes);
      expect([...tier.scores]).toEqual(scores(bundle, `device.${view}`, map, 1, bundle.exits.local!.step, 127));
    }
  });

  it('refuses an image of another size', () => {
    const tier = new DeviceTier(bundle, 0);
    expect(() => tier.run(new Uint8Array(125))).toThrow(unfit('an image of 125 bytes where the bundle takes 126'));
    expect(() => tier.run(new Uint8Array(127))).toThrow(unfit('an image of 127 bytes where the bundle takes 126'));
  });

  it.each([-1, 3, 0.5, Number.NaN])('refuses view %d', (view) => {
    expect(() => new DeviceTier(bundle, view)).toThrow(unfit(`view ${view}: the bundle has views 0 to 2`));
  });

  it('has no scores without a local exit', () => {
    const silent = openBundle(randomBundle({ ...architecture, local: undefined }, 4));
    const tier = new DeviceTier(silent, 0);
    tier.run(new Uint8Array(126).fill(100));
    expect(tier.scores.length).toBe(0);
    expect(tier.features.length).toBe(silent.shapes.device.featureBytes);
  });

  it('passes on pixels where its section is empty', () => {
    const raw = openBundle(randomBundle({ ...architecture, device: { section: [] }, local: undefined }, 4));
    const tier = new DeviceTier(raw, 1);
    const pixels = image(new Seeded(1), raw);
    tier.run(pixels);
    expect(tier.features).toEqual(pixels);
    expect(tier.features.length).toBe(raw.shapes.device.featureBytes);
    expect(() => tier.run(new Uint8Array(9))).toThrow(unfit('an image of 9 bytes where the bundle takes 126'));
  });
});

describe('the local tier', () => {
  it.each<AggregatorName>(['max', 'average', 'concat'])('decides as a composition by hand: %s', (aggregator) => {
    const groups = [[0, 2], [1]];
    const edge = { aggregator: 'max' as const, section: [{ fc: { units: 4 } }], groups };
    const bundle = openBundle(randomBundle({ ...architecture, local: { aggregator }, edge }, 5));
    const random = new Seeded(6);
    for (const [e, group] of groups.entries()) {
      const tier = createLocalTier(bundle, e)!;
      for (const mask of masks(group.length)) {
        const cast = random.array(group.length * 3, () => random.integer(-127, 127));
        const votes = group.map((_, i) => ((mask >> i) & 1 ? cast.slice(i * 3, i * 3 + 3) : undefined));
        let { map, divisor } = join(aggregator, votes, 3);
        if (aggregator === 'concat') {
          const [weights, bias] = ['weights', 'bias'].map((part) => bundle.tensors.get(`local.${e}.${part}`)!);
          const joined = map;
          map = [0, 1, 2].map((c) => joined.reduce((sum, x, k) => sum + x * weights[c * joined.length + k], bias[c]));
          divisor = MIX_UNIT;
        }
        const { step, threshold } = bundle.exits.local!;
        const exit = new Exit(3, step, threshold);
        const confident = exit.decide(map, divisor);
        expect(tier.decide(Int8Array.from([7, ...cast]), 1, mask)).toBe(confident);
        expect(tier.exit).toMatchObject({ classIndex: exit.classIndex, uncertainty: exit.uncertainty });
      }
    }
    expect(() => createLocalTier(bundle, 2)).toThrow(unfit('edge 2: the bundle has edges 0 to 1'));
  });

  it('is not there where the bundle has none, and takes another threshold', () => {
    expect(createLocalTier(openBundle(randomBundle({ ...architecture, local: undefined }, 1)))).toBeUndefined();
    const bundle = openBundle(randomBundle(architecture, 1));
    expect(createLocalTier(bundle)!.exit.threshold).toBe(0.8);
    expect(createLocalTier(bundle, 0, 0)!.exit.threshold).toBe(0);
  });
});

describe('an upper tier', () => {
  const names: AggregatorName[] = ['max', 'average', 'concat'];
  const cases = names.flatMap((aggregator) => [
    { what: `${aggregator} of bits`, aggregator, device: architecture.device, section: architecture.cloud.section },
    { what: `${aggregator} of pixels`, aggregator, device: { section: [] }, section: architecture.cloud.section },
    { what: `${aggregator} of bits, then the exit`, aggregator, device: architecture.device, section: [] },
    { what: `${aggregator} of pixels, then the exit`, aggregator, device: { section: [] }, section: [] },
  ]);

  it.each(cases)('decides in the cloud as a composition by hand: $what', ({ aggregator, device, section: blocks }) => {
    const bundle = openBundle(
      randomBundle({ ...architecture, local: undefined, device, cloud: { aggregator, section: blocks } }, 8),
    );
    const tier = new UpperTier(bundle, 'cloud');
    check(bundle, tier, 'cloud', aggregator, blocks, bundle.shapes.device.output, device.section.length === 0);
    expect(tier.sources).toBe(3);
  });

  it.each(names)('decides at two edges, and behind them in the cloud, as a composition by hand: %s', (aggregator) => {
    const blocks: Block[] = [{ convp: { filters: 9 } }];
    const edge = { aggregator, section: blocks, groups: [[2, 0], [1]] };
    const bundle = openBundle(
      randomBundle({ ...architecture, edge, cloud: { aggregator, section: [{ fc: { units: 11 } }] } }, 9),
    );
    for (const [e, group] of edge.groups.entries()) {
      const tier = new UpperTier(bundle, 'edge', e);
      expect(tier.sources).toBe(group.length);
      check(bundle, tier, `edge.${e}`, aggregator, blocks, bundle.shapes.device.output, false);
    }
    const cloud = new UpperTier(bundle, 'cloud');
    expect(cloud.sources).toBe(2);
    check(bundle, cloud, 'cloud', aggregator, [{ fc: { units: 11 } }], bundle.shapes.edges[0].output, false);
  });

  function check(
    bundle: Bundle,
    tier: UpperTier,
    name: string,
    aggregator: AggregatorName,
    blocks: readonly Block[],
    below: Shape,
    pixels: boolean,
  ) {
    const random = new Seeded(blocks.length);
    const count = volume(below);
    for (const mask of masks(tier.sources)) {
      for (let run = 0; run < 5; run++) {
        const maps = Array.from({ length: tier.sources }, (_, s) => {
          if (((mask >> s) & 1) === 0) return null;
          const clean = pixels ? count : Math.ceil(count / 8);
          return Uint8Array.from({ length: clean }, () => random.integer(0, 255));
        });
        const values = maps.map((map) => (map === null ? undefined : pixels ? [...map] : unpack(map, count)));
        const { map, divisor } = join(aggregator, values, below.channels);
        const input = { ...below, channels: map.length / below.height / below.width };
        const output = section(bundle, name, input, blocks, map, divisor);
        const { step, threshold } = name === 'cloud' ? bundle.exits.cloud : bundle.exits.edge!;
        const expected = scores(bundle, name, output, blocks.length === 0 ? divisor : 1, step, 32_767);
        const exit = new Exit(3, step, threshold);
        const confident = exit.decide(expected);
        expect(tier.decide(maps, mask)).toBe(confident);
        expect([...tier.scores]).toEqual(expected);
        expect(tier.exit).toMatchObject({ classIndex: exit.classIndex, uncertainty: exit.uncertainty });
        if (blocks.length > 0) expect(unpack(tier.features, output.length)).toEqual(output);
      }
    }
  }

  it('is not there where the bundle has no such edge', () => {
    const bundle = openBundle(randomBundle(architecture, 1));
    expect(() => new UpperTier(bundle, 'edge')).toThrow(unfit('the bundle has no edge section'));
    const edge = { aggregator: 'max' as const, section: [{ fc: { units: 2 } }] };
    const edged = openBundle(randomBundle({ ...architecture, edge }, 1));
    expect(() => new UpperTier(edged, 'edge', 1)).toThrow(unfit('edge 1: the bundle has edges 0 to 0'));
  });

  it('takes another threshold', () => {
    const bundle = openBundle(randomBundle(architecture, 1));
    expect(new UpperTier(bundle, 'cloud').exit.threshold).toBe(1);
    expect(new UpperTier(bundle, 'cloud', 0, 0.25).exit.threshold).toBe(0.25);
  });
});
