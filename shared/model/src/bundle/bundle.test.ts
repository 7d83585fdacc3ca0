import { describe, expect, it } from 'vitest';
import type { ResolvedArchitecture } from '../architecture/architecture.js';
import type { ModelError } from '../errors.js';
import { randomBundle } from '../testing/random-bundle.js';
import { DeviceTier } from '../tiers/device-tier.js';
import { createLocalTier } from '../tiers/local-tier.js';
import { UpperTier } from '../tiers/upper-tier.js';
import { type BundleHeader, encodeBundle, openBundle, refusePixels, tensor } from './bundle.js';
import { decodeBundleFile, type Tensor } from './bundle-file.js';

const architecture: ResolvedArchitecture = {
  name: 'tiny',
  input: { height: 5, width: 4, channels: 1 },
  views: 2,
  classes: ['car', 'bus', 'person'],
  device: { section: [{ convp: { filters: 3 } }] },
  local: { aggregator: 'concat' },
  edge: { aggregator: 'average', section: [{ convp: { filters: 2 } }] },
  cloud: { aggregator: 'max', section: [{ fc: { units: 5 } }] },
};
const bytes = randomBundle(architecture, 1);
const parts = decodeBundleFile(bytes, 'tiny');
const header = parts.header as BundleHeader;

const open = (change: Record<string, unknown>, tensors: ReadonlyMap<string, Tensor> = parts.tensors) =>
  openBundle(encodeBundle({ ...header, ...change }, tensors), 'tiny.ddnn');
const content = (message: string) => expect.objectContaining({ code: 'DDNN_BUNDLE_CONTENT', message });

describe('a bundle', () => {
  it('gives back what was put into it', () => {
    const bundle = openBundle(bytes, 'tiny.ddnn');
    expect(bundle.architecture).toEqual(architecture);
    expect(bundle.exits).toEqual(header.exits);
    expect(bundle.figures).toEqual({ origin: 'random weights, seed 1' });
    expect(bundle.tensors).toEqual(parts.tensors);
    expect(bundle.id).toBe(Buffer.from(bundle.hash).toString('hex'));
    expect(bundle.shapes.edges).toHaveLength(1);
  });

  it('is the same file for the same parts', () => {
    const { architecture, exits, figures, tensors } = openBundle(bytes);
    expect(encodeBundle({ architecture, exits, figures }, tensors)).toEqual(bytes);
  });

  it('has padding bits of 0 in every tensor of weights', () => {
    const { tensors } = openBundle(bytes);
    const used: Record<string, number> = { 'device.0.0': 27, 'edge.0.0': 54, 'edge.0.exit': 12, 'cloud.exit': 15 };
    for (const [name, bits] of Object.entries(used)) {
      const weights = tensors.get(`${name}.weights`) as Uint8Array;
      expect(weights.length, name).toBe(Math.ceil(bits / 8));
      expect(weights.at(-1)! >> (bits % 8 || 8), name).toBe(0);
    }
  });

  it('may have no figures', () => {
    expect(open({ figures: undefined }).figures).toEqual({});
  });

  it('does not pass with any one bit of its file turned', () => {
    const damaged = bytes.slice();
    for (let i = 0; i < bytes.length; i++) {
      damaged[i] ^= 1 << (i % 8);
      expect(() => openBundle(damaged), `byte ${i}`).toThrow(/bundle: /);
      damaged[i] = bytes[i];
    }
  });

  it.each([
    ['no architecture', { architecture: undefined }, 'the file must be object'],
    ['an unknown key', { architecture: { ...architecture, view: 2 } }, 'unknown key view'],
    ['a bad value', { architecture: { ...architecture, views: 40 } }, 'views must be <= 32'],
    ['no views', { architecture: { ...architecture, views: undefined } }, 'views or classes are missing'],
    ['no classes', { architecture: { ...architecture, classes: undefined } }, 'views or classes are missing'],
    [
      'groups of other views',
      { architecture: { ...architecture, edge: { ...architecture.edge, groups: [[0], [5]] } } },
      'edge.groups must name',
    ],
    [
      'a local exit on pixels',
      { architecture: { ...architecture, device: { section: [] } } },
      'a local exit needs a device section',
    ],
    [
      'convp behind fc',
      {
        architecture: {
          ...architecture,
          cloud: { aggregator: 'max', section: [{ fc: { units: 5 } }, { convp: { filters: 1 } }] },
        },
      },
      "convp can't follow fc",
    ],
    ['no exits', { exits: undefined }, 'exits.local is missing'],
    ['exits that are no map', { exits: 7 }, 'exits.local is missing'],
    ['no local exit', { exits: { ...header.exits, local: undefined } }, 'exits.local is missing'],
    ['no edge exit', { exits: { ...header.exits, edge: undefined } }, 'exits.edge is missing'],
    ['no cloud exit', { exits: { ...header.exits, cloud: undefined } }, 'exits.cloud is missing'],
    [
      'a local exit too many',
      { architecture: { ...architecture, local: undefined } },
      'exits.local is there, but the architecture has no such exit',
    ],
    ['a null exit', { exits: { ...header.exits, cloud: null } }, 'exits.cloud.threshold is undefined'],
    [
      'a threshold above 1',
      { exits: { ...header.exits, local: { threshold: 1.5, step: 1 } } },
      'exits.local.threshold is 1.5',
    ],
    [
      'a threshold of NaN',
      { exits: { ...header.exits, edge: { threshold: Number.NaN, step: 1 } } },
      'exits.edge.threshold is null',
    ],
    [
      'a threshold in words',
      { exits: { ...header.exits, edge: { threshold: '0.5', step: 1 } } },
      'exits.edge.threshold is 0.5',
    ],
    ['a step of 0', { exits: { ...header.exits, cloud: { threshold: 1, step: 0 } } }, 'exits.cloud.step is 0'],
    [
      'an infinite step',
      { exits: { ...header.exits, cloud: { threshold: 1, step: Infinity } } },
      'exits.cloud.step is null',
    ],
    ['figures that are a list', { figures: [1] }, 'figures must be'],
    ['figures within figures', { figures: { a: { b: 1 } } }, 'figures must be'],
  ])('is refused with %s', (_, change, message) => {
    expect(() => open(change)).toThrow(content(expect.stringMatching(/^tiny\.ddnn: \S/)));
    expect(() => open(change)).toThrow(content(expect.stringContaining(message)));
  });
});

describe('the tensors of a bundle', () => {
  const tiers = (tensors: ReadonlyMap<string, Tensor>) => {
    const bundle = open({}, tensors);
    for (let view = 0; view < architecture.views; view++) new DeviceTier(bundle, view);
    createLocalTier(bundle);
    new UpperTier(bundle, 'edge');
    new UpperTier(bundle, 'cloud');
  };

  it('are all needed, each by name', () => {
    tiers(parts.tensors);
    expect(parts.tensors.size).toBe(2 * 6 + 2 + 6 + 6);
    for (const name of parts.tensors.keys()) {
      const lacking = new Map(parts.tensors);
      lacking.delete(name);
      expect(() => tiers(lacking)).toThrow(content(expect.stringContaining(`tensor ${name}: missing, expected`)));
    }
  });

  it('are refused with another length or type', () => {
    for (const [name, tensor] of parts.tensors) {
      const longer = new (tensor.constructor as typeof Int8Array)(tensor.length + 1);
      const other = tensor instanceof Int8Array ? new Uint8Array(tensor.length) : new Int8Array(tensor.length);
      for (const wrong of [longer, other]) {
        const what = `tensor ${name}: ${wrong.constructor.name} of ${wrong.length}, expected `;
        expect(() => tiers(new Map(parts.tensors).set(name, wrong))).toThrow(content(expect.stringContaining(what)));
      }
    }
  });

  it.each([Number.NaN, Infinity, -Infinity])('are refused where an exit has a scale or offset of %d', (value) => {
    for (const name of ['device.1.exit.scale', 'edge.0.exit.offset', 'cloud.exit.scale']) {
      const broken = new Map(parts.tensors).set(name, Float32Array.of(1, value, 0));
      expect(() => tiers(broken)).toThrow(content(expect.stringContaining(`tensor ${name}: value 1 is ${value}`)));
    }
  });

  it('come out with the type that was asked for', () => {
    const bundle = openBundle(bytes);
    expect(tensor(bundle, 'cloud.exit.scale', Float32Array, 3)).toBe(bundle.tensors.get('cloud.exit.scale'));
    expect(() => tensor(bundle, 'nothing', Uint8Array, 1)).toThrow('tensor nothing: missing, expected Uint8Array of 1');
  });
});

describe('refusePixels', () => {
  const pixels = openBundle(randomBundle({ ...architecture, local: undefined, device: { section: [] } }, 1));

  it('refuses an empty device section, unless it is allowed', () => {
    expect(() => refusePixels(pixels, false)).toThrow(
      expect.objectContaining({ code: 'DDNN_BUNDLE_PIXELS' }) as ModelError,
    );
    expect(() => refusePixels(pixels, true)).not.toThrow();
    expect(() => refusePixels(openBundle(bytes), false)).not.toThrow();
  });
});
