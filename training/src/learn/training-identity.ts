import { createHash } from 'node:crypto';
import type { ResolvedArchitecture } from '@ddnn/model';
import type { BackendName } from '@ddnn/tensor';
import type { DataSet } from '../data/data-set.js';
import type { ThresholdGoal } from '../thresholds/threshold-goal.js';
import type { FitParts } from './options-from-recipe.js';

/**
 * All that decides the result of training: two runs with the same identity give the same bundle. Everything is kept as
 * it is, so that a message can tell what differs; only the data are kept as a hash.
 */
export type TrainingIdentity = Readonly<Record<string, string | number>>;

/** All that decides the bundle. */
export function identify(
  architecture: ResolvedArchitecture,
  { recipe, set, seed }: FitParts,
  backend: BackendName,
  goal: ThresholdGoal | undefined,
): TrainingIdentity {
  const { epochs, batchSize, learningRate, holdOut } = recipe;
  const options = { seed, epochs, batchSize, learningRate, holdOut, backend };
  const goals = Object.entries(goal ?? {}).filter(([, value]) => value !== undefined);
  return {
    ...options,
    ...Object.fromEntries(goals),
    architecture: JSON.stringify(architecture),
    data: hashData(set.data),
  };
}

/** SHA-256 of what training sees of a data set, as hexadecimal text. */
export function hashData({ views, size, groupColumn, rows, images }: DataSet): string {
  const hash = createHash('sha256').update(JSON.stringify([views, size, groupColumn, rows]));
  for (const row of images) {
    for (const image of row) hash.update(image ? Uint8Array.of(1) : Uint8Array.of(0)).update(image ?? new Uint8Array());
  }
  return hash.digest('hex');
}

/** What differs between two trainings, in words; undefined: nothing. */
export function differenceOf(there: TrainingIdentity, here: TrainingIdentity): string | undefined {
  const keys = [...new Set([...Object.keys(there), ...Object.keys(here)])].filter((key) => there[key] !== here[key]);
  const isShort = (value: unknown) => String(value).length <= 20;
  const words = keys.map((key) =>
    isShort(there[key]) && isShort(here[key])
      ? `${key} is ${there[key] ?? 'not set'} there and ${here[key] ?? 'not set'} here`
      : `other ${key}`,
  );
  return words.length > 0 ? words.join(', ') : undefined;
}
