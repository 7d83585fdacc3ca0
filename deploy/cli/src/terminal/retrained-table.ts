import { type MissingExit, type MissingTable, missingExits, type Retrained } from '@ddnn/training';
import { createTable } from './table.js';
import { percent } from './words.js';

/**
 * Accuracy of networks retrained for the remaining cameras, beside that of the network that lost the cameras at run
 * time.
 */
export function retrainedTable({ none, one, two }: MissingTable, retrained: readonly Retrained[]): string {
  const exits = missingExits.filter((exit) => none[exit] !== undefined);
  const table = createTable(['cameras gone', ...exits.map((exit) => `${exit}: run time → retrained`)]);
  const atRunTime = [...(one?.views ?? []), ...(two?.views ?? [])];
  for (const row of retrained) {
    const before = atRunTime.find(({ lost }) => lost.join() === row.lost.join());
    const cell = (exit: MissingExit) => [before?.[exit], row[exit]].map((value) => percent(value ?? 0)).join(' → ');
    table.push([`view ${row.lost.join(', ')}`, ...exits.map(cell)]);
  }
  return table.toString();
}
