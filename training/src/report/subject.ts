import type { ResolvedArchitecture } from '@ddnn/model';
import type { DataSet } from '../data/data-set.js';
import { TrainingError } from '../errors.js';
import type { MissingExit } from '../evaluate/lost-views.js';
import type { Series } from './charts/series.js';
import { exitSeries } from './charts/series.js';
import type { MeasuredBundle } from './measure.js';
import type { TrainedSweeps } from './retrain.js';
import { type Spread, spread } from './spread.js';

/** What a report is about: bundles of one architecture, measured on the same rows. */
export interface Subject {
  readonly data: DataSet;
  /** The rows' split, for people; undefined: all rows. */
  readonly split: string | undefined;
  /** Of every bundle; at least one. */
  readonly measured: readonly MeasuredBundle[];
  readonly trained: TrainedSweeps | undefined;
  /** The call that made the page. */
  readonly command: string;
}

/** The network that all bundles share. */
export function networkOf({ measured }: Subject): ResolvedArchitecture {
  return measured[0].bundle.architecture;
}

/** A figure of every bundle. */
export function over(
  { measured }: Pick<Subject, 'measured'>,
  figure: (one: MeasuredBundle) => number | undefined,
): Spread | undefined {
  return spread(measured.map(figure));
}

/** The answers that the network gives, from the bottom up, as charts draw them. */
export function exitsOf({ measured }: Subject): { readonly exit: MissingExit; readonly series: Series }[] {
  const { none } = measured[0].summary.missing!;
  const order: readonly MissingExit[] = ['local', 'edge', 'overall', 'cloud'];
  return order.filter((exit) => none[exit] !== undefined).map((exit) => ({ exit, series: exitSeries[exit] }));
}

/**
 * Refuses bundles that are not seeds of one architecture, because their mean would have no meaning. Throws
 * `DDNN_TRAINING_BUNDLES`.
 */
export function checkSeeds(bundles: readonly { readonly architecture: ResolvedArchitecture }[]): void {
  const [first, ...others] = bundles.map(({ architecture }) => architecture);
  const other = others.find((architecture) => JSON.stringify(architecture) !== JSON.stringify(first));
  if (other) {
    const names = `${first.name} and ${other.name}`;
    throw new TrainingError(
      'DDNN_TRAINING_BUNDLES',
      `${names} are not seeds of one architecture: report on each alone`,
    );
  }
}
