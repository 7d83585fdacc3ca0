import { type DataSet, spreadOf } from '@ddnn/training';
import type { SeedFigures, Traffic } from './measure-seed.js';
import { wirePoints } from './points.js';
import type { WireCurvePoint, WirePoint } from './wire-point.js';

/** Real traffic over all seeds. `latencyMs`: the mean of the seeds' p50, the largest p99. */
export interface MeanTraffic {
  readonly wirePerView: number;
  readonly accuracy: number;
  readonly latencyMs?: { readonly p50: number; readonly p99: number };
  /** Standard deviation over the seeds (n - 1). */
  readonly sd: { readonly wirePerView: number; readonly accuracy: number };
}

/** One set in the JSON of `ddnn bench wire`; bytes a view, shares 0 to 1, means over the seeds. */
export interface WireSummary extends Omit<MeanTraffic, 'sd'> {
  readonly bestAccuracy: number;
  readonly sd: MeanTraffic['sd'] & { readonly bestAccuracy: number };
  readonly unbatched: MeanTraffic;
  readonly points: readonly WirePoint[];
  /** The threshold of the local exit moved, by the count of an evaluation. */
  readonly curve: readonly WireCurvePoint[];
  readonly samples: number;
  readonly seeds: readonly Pick<SeedFigures, 'seed' | 'bestAccuracy' | 'batched' | 'unbatched' | 'counted'>[];
}

/** Puts the seeds of a set together. */
export function wireSummary(seeds: readonly SeedFigures[], test: DataSet): WireSummary {
  const { sd, ...batched } = traffic(seeds.map((seed) => seed.batched));
  const best = spreadOf(seeds.map(({ bestAccuracy }) => ({ bestAccuracy })));
  const curve = spreadOf(seeds.map((seed) => ({ rows: seed.curve }))).mean.rows;
  return {
    ...batched,
    ...best.mean,
    sd: { ...sd, ...best.sd },
    unbatched: traffic(seeds.map((seed) => seed.unbatched)),
    points: wirePoints(seeds, test),
    curve: curve.map(({ threshold, localExits, accuracy, wirePerView }) => ({
      threshold,
      localExits,
      accuracy,
      bytesPerView: wirePerView,
    })),
    samples: test.rows.length,
    seeds: seeds.map(({ seed, bestAccuracy, batched, unbatched, counted }) => ({
      seed,
      bestAccuracy,
      batched,
      unbatched,
      counted,
    })),
  };
}

function traffic(runs: readonly Traffic[]): MeanTraffic {
  const { mean, sd, max } = spreadOf(runs);
  const { wirePerView, accuracy, latencyMs } = mean;
  return {
    wirePerView,
    accuracy,
    ...(latencyMs && { latencyMs: { p50: latencyMs.p50, p99: max.latencyMs!.p99 } }),
    sd: { wirePerView: sd.wirePerView, accuracy: sd.accuracy },
  };
}
