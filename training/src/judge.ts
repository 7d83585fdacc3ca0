import { setImmediate } from 'node:timers/promises';
import type { Bundle } from '@ddnn/model';
import type { DataSet } from './data-set.js';
import { askEveryExit } from './every-exit.js';
import type { JudgedSample } from './thresholds.js';
import { Tiers } from './tiers.js';

/** Asks every packed exit about some rows, each with a present view. Throws the signal's reason where it aborts. */
export async function judge(
  bundle: Bundle,
  data: DataSet,
  labels: readonly number[],
  rows: readonly number[],
  signal?: AbortSignal,
  onProgress?: (done: number, rows: number) => void,
): Promise<JudgedSample[]> {
  const tiers = new Tiers(bundle);
  const judged: JudgedSample[] = [];
  for (const row of rows) {
    signal?.throwIfAborted();
    const images = data.images[row];
    const present = tiers.groups
      .map((group) => group.filter((view) => images[view]).length)
      .filter((count) => count > 0);
    judged.push({ classIndex: labels[row], present, answers: askEveryExit(tiers, images)! });
    onProgress?.(judged.length, rows.length);
    await setImmediate();
  }
  return judged;
}
