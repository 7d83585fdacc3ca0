import { setImmediate } from 'node:timers/promises';
import type { Bundle } from '@ddnn/model';
import type { DataSet } from '../data/data-set.js';
import { askAgain } from '../evaluate/every-exit.js';
import { Tiers } from '../evaluate/tiers.js';
import type { JudgedSample } from './thresholds.js';

/**
 * Asks every packed exit about some rows, each with a present view. Throws the signal's reason where it aborts.
 *
 * @param lostFrom masks of views to take out of a row: each gives one more sample, unless no view is left
 */
export async function judgeSamples(
  bundle: Bundle,
  data: DataSet,
  labels: readonly number[],
  rows: readonly number[],
  signal?: AbortSignal,
  onProgress?: (done: number, rows: number) => void,
  lostFrom: (row: number) => readonly number[] = () => [0],
): Promise<JudgedSample[]> {
  const tiers = new Tiers(bundle);
  const judged: JudgedSample[] = [];
  let done = 0;
  for (const row of rows) {
    signal?.throwIfAborted();
    const images = data.images[row];
    tiers.present(images);
    for (const lost of lostFrom(row)) {
      if (tiers.lose(lost) === 0) continue;
      const present = tiers.groups
        .map((group) => group.filter((view) => tiers.features[view]).length)
        .filter((count) => count > 0);
      judged.push({ classIndex: labels[row], present, answers: askAgain(tiers) });
    }
    onProgress?.(++done, rows.length);
    await setImmediate();
  }
  return judged;
}

/** Asks every packed exit about some rows once for each present view, without that view, where another is left. */
export function judgeSurvivors(
  bundle: Bundle,
  data: DataSet,
  labels: readonly number[],
  rows: readonly number[],
  signal?: AbortSignal,
): Promise<JudgedSample[]> {
  const eachView = (row: number) =>
    [...data.images[row].keys()].filter((view) => data.images[row][view]).map((view) => 1 << view);
  return judgeSamples(bundle, data, labels, rows, signal, undefined, eachView);
}
