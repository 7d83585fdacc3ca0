import type { Bundle } from '@ddnn/model';
import type { DataSet } from '../data/data-set.js';
import { labelsFor } from '../data/labels.js';
import { eachSample, type PassOptions } from '../evaluate/each-sample.js';
import { askSubsets, type LostViews, ViewSubset } from '../evaluate/lost-views.js';
import { type Thresholds, Tiers } from '../evaluate/tiers.js';

/** One camera alone. */
export interface SingleCamera extends LostViews {
  readonly view: number;
  /** Accuracy of its own exit over the samples that it sees; undefined in a network without a local exit. */
  readonly device?: number;
}

/** The first so many cameras. */
export interface CameraCount extends LostViews {
  /** The cameras left, in the order in which they were added. */
  readonly views: readonly number[];
  /** The last one added, alone. */
  readonly added: SingleCamera;
}

/** A pass with thresholds that replace the bundle's. */
export type CameraOptions = PassOptions & { readonly thresholds?: Thresholds | undefined };

/** Measures what is left with the views of each list gone at run time, in one pass over the images. */
export async function measureLost(
  bundle: Bundle,
  data: DataSet,
  lost: readonly (readonly number[])[],
  options: CameraOptions = {},
): Promise<LostViews[]> {
  const labels = labelsFor(bundle.architecture, data);
  const tiers = new Tiers(bundle, options.thresholds);
  const subsets = lost.map((views) => new ViewSubset(views));
  const ask = (slot: number) => {
    tiers.present(data.images[slot]);
    askSubsets(tiers, subsets, labels[slot]);
  };
  await eachSample(data, ask, options);
  return subsets.map((subset) => subset.result());
}

/** Measures each camera alone: its own exit, and every exit with nothing but its view. In the order of the views. */
export async function sweepSingle(bundle: Bundle, data: DataSet, options: CameraOptions = {}): Promise<SingleCamera[]> {
  const labels = labelsFor(bundle.architecture, data);
  const tiers = new Tiers(bundle, options.thresholds);
  const views = [...tiers.devices.keys()];
  const subsets = views.map((view) => new ViewSubset(views.filter((other) => other !== view)));
  const right = views.map(() => 0);
  const ask = (slot: number) => {
    tiers.present(data.images[slot]);
    for (const view of views) {
      if (data.images[slot][view] && highest(tiers.devices[view].scores) === labels[slot]) right[view]++;
    }
    askSubsets(tiers, subsets, labels[slot]);
  };
  await eachSample(data, ask, options);
  return subsets.map((subset, view) => {
    const result = subset.result();
    const device = result.samples > 0 ? right[view] / result.samples : 0;
    return { view, ...(bundle.architecture.local && { device }), ...result };
  });
}

/**
 * Adds camera by camera, the one that is worst alone first (DDNN, section IV-E), at run time with the same weights.
 *
 * @param single what {@link sweepSingle} says
 */
export async function sweepCameras(
  bundle: Bundle,
  data: DataSet,
  single: readonly SingleCamera[],
  options: CameraOptions = {},
): Promise<CameraCount[]> {
  const order = worstFirst(single);
  const lost = order.map((_, i) => order.slice(i + 1).map(({ view }) => view));
  const counts = await measureLost(
    bundle,
    data,
    lost.map((views) => views.sort((a, b) => a - b)),
    options,
  );
  return counts.map((count, i) => ({
    views: order.slice(0, i + 1).map(({ view }) => view),
    added: order[i],
    ...count,
  }));
}

/** An accuracy over *all* samples, in which those that no camera sees count as wrong, as in the paper. */
export function overAll(accuracy: number | undefined, { unseen }: Pick<LostViews, 'unseen'>): number | undefined {
  return accuracy === undefined ? undefined : accuracy * (1 - unseen);
}

function worstFirst(single: readonly SingleCamera[]): SingleCamera[] {
  const alone = (camera: SingleCamera) => overAll(camera.device ?? camera.cloud, camera) ?? 0;
  return [...single].sort((a, b) => alone(a) - alone(b) || a.view - b.view);
}

function highest(scores: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < scores.length; i++) if (scores[i] > scores[best]) best = i;
  return best;
}
