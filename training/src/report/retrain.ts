import type { Bundle } from '@ddnn/model';
import {
  type Retrained,
  type SweepData,
  type SweepOptions,
  type SweepProgress,
  sweepRetrained,
  sweepTrained,
  type TrainedRow,
  trainable,
} from '../sweeps/trained.js';
import { aggregatorVariants, filterVariants } from '../sweeps/variants.js';
import type { MeasuredBundle } from './measure.js';

/** The sweeps that train networks, as far as they went. */
export interface TrainedSweeps {
  readonly aggregators: TrainedRow[];
  readonly filters: TrainedRow[];
  /** One camera to all but one, in the order of the first bundle's cameras. */
  readonly cameras: Retrained[];
  /** Without each single camera. */
  readonly oneGone: Retrained[];
  readonly epochs: number;
  readonly seed: number;
}

/** Nothing trained yet. */
export function noSweeps({ epochs = 100, seed }: Pick<SweepOptions, 'epochs' | 'seed'>): TrainedSweeps {
  return { aggregators: [], filters: [], cameras: [], oneGone: [], epochs, seed };
}

/**
 * Trains the first bundle's architecture in all the ways that the report compares, and fills `sweeps`: an abort keeps
 * what is done.
 */
export async function retrainAll(
  { bundle, cameras }: Pick<MeasuredBundle, 'bundle' | 'cameras'>,
  data: SweepData,
  options: SweepOptions,
  sweeps: TrainedSweeps,
): Promise<void> {
  const { architecture } = bundle;
  const aggregators = architecture.local ? aggregatorVariants(architecture) : [];
  const filters = endsInConvp(bundle) ? filterVariants(architecture) : [];
  const some = cameras.filter(({ lost }) => lost.length > 0).map(({ lost }) => lost);
  const fewer = trainable(some, data.train);
  const each = architecture.views > 1 ? Array.from({ length: architecture.views }, (_, view) => [view]) : [];
  const all = trainable(each, data.train);
  // With two cameras, losing one is the same as having only the other; that network is trained twice all the same.
  const networks = aggregators.length + filters.length + fewer.length + all.length;
  const started = performance.now();
  let before = 0;
  const part = (count: number): SweepOptions => {
    const done = before;
    before += count;
    return { ...options, onProgress: (progress) => options.onProgress?.(overall(progress, done, networks, started)) };
  };
  for await (const row of sweepTrained(aggregators, data, part(aggregators.length))) sweeps.aggregators.push(row);
  for await (const row of sweepTrained(filters, data, part(filters.length))) sweeps.filters.push(row);
  for await (const row of sweepRetrained(bundle, fewer, data, part(fewer.length))) sweeps.cameras.push(row);
  for await (const row of sweepRetrained(bundle, all, data, part(all.length))) sweeps.oneGone.push(row);
}

function endsInConvp({ architecture }: Bundle): boolean {
  const last = architecture.device.section.at(-1);
  return last !== undefined && 'convp' in last;
}

function overall(progress: SweepProgress, done: number, networks: number, started: number): SweepProgress {
  const network = done + progress.network;
  const share = (network - 1 + progress.epoch / progress.epochs) / networks;
  const secondsLeft = ((performance.now() - started) / 1000 / share) * (1 - share);
  return { ...progress, network, networks, share, secondsLeft };
}
