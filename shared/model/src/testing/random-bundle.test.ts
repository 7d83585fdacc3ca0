import { describe, expect, it } from 'vitest';
import type { ResolvedArchitecture } from '../architecture/architecture.js';
import { openBundle } from '../bundle/bundle.js';
import { DeviceTier } from '../tiers/device-tier.js';
import { createLocalTier } from '../tiers/local-tier.js';
import { UpperTier } from '../tiers/upper-tier.js';
import { randomBundle } from './random-bundle.js';

const base: ResolvedArchitecture = {
  name: 'tiny',
  input: { height: 8, width: 8, channels: 3 },
  views: 3,
  classes: ['car', 'bus', 'person'],
  device: { section: [{ convp: { filters: 4 } }] },
  local: { aggregator: 'max' },
  cloud: { aggregator: 'concat', section: [{ convp: { filters: 6 } }, { fc: { units: 10 } }] },
};

const architectures: ResolvedArchitecture[] = [
  base,
  { ...base, name: 'averages', local: { aggregator: 'average' }, cloud: { ...base.cloud, aggregator: 'average' } },
  { ...base, name: 'float cloud', cloud: { ...base.cloud, arithmetic: 'float' } },
  {
    ...base,
    name: 'float edges and stand-ins',
    local: { aggregator: 'concat', missing: 'learned' },
    edge: {
      aggregator: 'concat',
      missing: 'learned',
      arithmetic: 'float',
      section: [{ convp: { filters: 5 } }],
      groups: [[0, 2], [1]],
    },
    cloud: { aggregator: 'concat', missing: 'learned', section: [{ fc: { units: 9 } }] },
  },
  { ...base, name: 'pixels', device: { section: [] }, local: undefined },
  { ...base, name: 'no cloud section', local: { aggregator: 'concat' }, cloud: { aggregator: 'max', section: [] } },
  {
    ...base,
    name: 'two edges',
    local: { aggregator: 'concat' },
    edge: { aggregator: 'average', section: [{ convp: { filters: 5 } }], groups: [[0, 2], [1]] },
    cloud: { aggregator: 'average', section: [{ fc: { units: 9 } }] },
  },
];

describe('a random bundle', () => {
  it.each(architectures)('holds every tensor of the architecture $name', (architecture) => {
    const bundle = openBundle(randomBundle(architecture, 1));
    for (let view = 0; view < architecture.views; view++) new DeviceTier(bundle, view);
    for (const edge of bundle.shapes.edges.keys()) {
      new UpperTier(bundle, 'edge', edge);
      createLocalTier(bundle, edge);
    }
    new UpperTier(bundle, 'cloud');
  });

  it('is the same for the same seed and another for another', () => {
    expect(randomBundle(base, 7)).toEqual(randomBundle(base, 7));
    expect(openBundle(randomBundle(base, 7)).id).not.toBe(openBundle(randomBundle(base, 8)).id);
  });

  it('answers different inputs differently, some confident and some not', () => {
    const bundle = openBundle(randomBundle(base, 3));
    const devices = [0, 1, 2].map((view) => new DeviceTier(bundle, view));
    const cloud = new UpperTier(bundle, 'cloud');
    const answers = new Map<number, number>();
    const features = new Set<string>();
    let confident = 0;
    for (let n = 0; n < 100; n++) {
      for (const [view, device] of devices.entries()) {
        device.run(Uint8Array.from({ length: 192 }, (_, i) => ((i + 1) * (n + 7) * (view + 3) * 2654435761) >>> 24));
      }
      features.add(devices[0].features.join());
      const maps = devices.map((device) => device.features);
      cloud.decide(maps, 1 + (n % 7));
      if (cloud.exit.uncertainty <= 0.8) confident++;
      answers.set(cloud.exit.classIndex, (answers.get(cloud.exit.classIndex) ?? 0) + 1);
    }
    expect(features.size).toBeGreaterThan(50);
    expect(answers.size).toBe(3);
    expect(confident).toBeGreaterThan(5);
    expect(confident).toBeLessThan(95);
  });
});
