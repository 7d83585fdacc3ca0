import type { Bundle } from '@ddnn/model';
import { type DataSet, type LostViews, type MissingTable, type Retrained, sweepRetrained } from '@ddnn/training';
import { ProgressLine } from '../terminal/progress.js';
import { collect } from './sweep.js';
import { type TrainAgainFlags, trainingOptions, trainingRows } from './train-again.js';

/**
 * The upper bound beside the table of missing cameras: the same architecture trained again without each single camera,
 * and without the pairs that cost most.
 *
 * @param pairs how many of the worst pairs
 */
export async function retrainSurvivors(
  bundle: Bundle,
  data: DataSet,
  { one, two }: MissingTable,
  pairs: number,
  flags: TrainAgainFlags,
): Promise<Retrained[]> {
  const both = await trainingRows(bundle, data, flags);
  const lost = [...(one?.views ?? []), ...worst(two?.views ?? []).slice(0, pairs)].map((views) => views.lost);
  const line = new ProgressLine();
  const rows: Retrained[] = [];
  await collect(rows, (signal) => sweepRetrained(bundle, lost, both, trainingOptions(flags, line, signal)));
  line.end();
  return rows;
}

/** Sorted by the share of all samples that the site answers right. */
function worst(views: readonly LostViews[]): LostViews[] {
  const right = ({ overall = 0, unseen }: LostViews) => overall * (1 - unseen);
  return [...views].sort((a, b) => right(a) - right(b));
}
