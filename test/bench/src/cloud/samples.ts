import { type Bundle, createFeatureCode, FeatureAggregator, UpperTier } from '@ddnn/model';
import { joinBodies, presenceMask, type UplinkSample, type UplinkSizes, ViewState } from '@ddnn/protocol';
import { createRandom } from '@ddnn/training/steps';

/** One sample as both ways are given it. */
export interface BenchSample {
  /** As an edge sends it up; its slot is the load's to set. */
  readonly uplink: Omit<UplinkSample, 'slot'>;
  /** The same features joined over the views: -1, +1, and 0 where a view is absent. */
  readonly floats: readonly number[];
  /** What the reference section answers. */
  readonly classIndex: number;
}

/** How often a view is present; the rest is absent. */
const PRESENT = 0.8;

/** Sizes of the uplink bodies of a bundle without an edge section. */
export function uplinkSizes({ architecture, shapes }: Bundle): UplinkSizes {
  return { views: architecture.views, viewFeatureBytes: shapes.device.featureBytes, edgeFeatureBytes: 0 };
}

/**
 * Draws samples: bits at random or, where the bundle codes features, as its code expects them, for those are what it
 * makes shorter. The same seed draws the same ones.
 */
export function drawSamples(bundle: Bundle, count: number, seed: number): BenchSample[] {
  const { views, cloud, device } = bundle.architecture;
  const { featureBytes, output } = bundle.shapes.device;
  const aggregator = new FeatureAggregator({ name: cloud.aggregator, sources: views, shape: output, kind: 'bits' });
  const tier = new UpperTier(bundle, 'cloud');
  const codes = Array.from({ length: views }, (_, view) => createFeatureCode(bundle, view));
  const coded = device.coding === 'arithmetic';
  const random = createRandom(seed);
  const draw = (view: number) => {
    const bytes = new Uint8Array(featureBytes).map(() => random() * 256);
    if (!coded) return bytes;
    const features = new Uint8Array(featureBytes);
    // Decoding a message at random draws from the code's own distribution. A byte short, for a whole one is bare bits.
    codes[view].decode(bytes, 0, featureBytes - 1, features);
    return features;
  };
  return Array.from({ length: count }, () => {
    const states = new Uint8Array(views).map(() => (random() < PRESENT ? ViewState.present : ViewState.absent));
    // One at least: a sample that nobody sees never comes up.
    states[Math.floor(random() * views)] = ViewState.present;
    const maps = Array.from(states, (state, view) => (state === ViewState.present ? draw(view) : undefined));
    const mask = presenceMask(states);
    aggregator.join(maps, mask);
    tier.decide(maps, mask);
    const bodies = maps.flatMap((map, view) => (map ? [codes[view].encode(map).slice()] : []));
    const body = coded ? joinBodies(bodies) : Uint8Array.from(bodies.flatMap((bytes) => [...bytes]));
    return {
      uplink: { states, content: coded ? 'coded' : 'views', body },
      floats: [...aggregator.out],
      classIndex: tier.exit.classIndex,
    };
  });
}
