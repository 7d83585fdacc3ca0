import type { Bundle } from '@ddnn/model';
import type { DataSet } from '../data/data-set.js';
import { eachSample, type PassOptions } from '../evaluate/each-sample.js';
import { type EvalResult, evaluate } from '../evaluate/evaluate.js';
import { askEveryExit, type EveryExit } from '../evaluate/every-exit.js';
import { Tiers } from '../evaluate/tiers.js';
import { type CameraCount, type SingleCamera, sweepCameras, sweepSingle } from '../sweeps/cameras.js';
import { sweepThreshold, type ThresholdRow } from '../sweeps/threshold.js';

/** Everything that the report tells about one bundle, except what needs further training. */
export interface MeasuredBundle extends EvalResult {
  readonly bundle: Bundle;
  /** What each exit says about each sample; undefined where no camera sees it. */
  readonly asked: readonly (EveryExit | undefined)[];
  /** Empty in a network without a local exit. */
  readonly thresholds: readonly ThresholdRow[];
  readonly single: readonly SingleCamera[];
  readonly cameras: readonly CameraCount[];
}

/** Passes over the images that {@link measureBundle} makes. */
const PASSES = 5;

/** Measures one bundle on rows that it was not trained on, with its own thresholds. Throws as `evaluate`. */
export async function measureBundle(
  bundle: Bundle,
  data: DataSet,
  { onProgress, signal }: PassOptions = {},
): Promise<MeasuredBundle> {
  let pass = 0;
  const next = (): PassOptions => {
    const before = pass++ * data.rows.length;
    return { signal, onProgress: (done, samples) => onProgress?.(before + done, PASSES * samples) };
  };
  const result = await evaluate({ bundle, data, perExit: true, missing: true, ...next() });
  const thresholds = bundle.architecture.local ? await sweepThreshold(bundle, data, next()) : [];
  const single = await sweepSingle(bundle, data, next());
  const cameras = await sweepCameras(bundle, data, single, next());
  const tiers = new Tiers(bundle);
  const asked: (EveryExit | undefined)[] = [];
  await eachSample(data, (slot) => asked.push(askEveryExit(tiers, data.images[slot])), next());
  return { ...result, bundle, asked, thresholds, single, cameras };
}
