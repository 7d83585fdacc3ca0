import { type Bundle, FeatureAggregator, UpperTier } from '@ddnn/model';
import { presenceMask, type UplinkSample, type UplinkSizes, ViewState } from '@ddnn/protocol';

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

/** Draws samples with random features; the same seed draws the same ones. */
export function drawSamples(bundle: Bundle, count: number, seed: number): BenchSample[] {
  const { views, cloud } = bundle.architecture;
  const { featureBytes, output } = bundle.shapes.device;
  const aggregator = new FeatureAggregator(cloud.aggregator, views, output, 'bits');
  const tier = new UpperTier(bundle, 'cloud');
  const random = xorshift(seed);
  return Array.from({ length: count }, () => {
    const states = new Uint8Array(views).map(() => (random() < PRESENT ? ViewState.present : ViewState.absent));
    // One at least: a sample that nobody sees never comes up.
    states[Math.floor(random() * views)] = ViewState.present;
    const maps = Array.from(states, (state) =>
      state === ViewState.present ? new Uint8Array(featureBytes).map(() => random() * 256) : undefined,
    );
    const mask = presenceMask(states);
    aggregator.join(maps, mask);
    tier.decide(maps, mask);
    const body = Uint8Array.from(maps.flatMap((map) => (map ? [...map] : [])));
    return {
      uplink: { states, content: 'views' as const, body },
      floats: [...aggregator.out],
      classIndex: tier.exit.classIndex,
    };
  });
}

/** Marsaglia's xorshift32: numbers from 0 up to 1. */
function xorshift(seed: number): () => number {
  let state = seed || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
