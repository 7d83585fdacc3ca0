import { type MissingAccuracy, type MissingTable, missingExits } from '@ddnn/training';
import { createTable } from './table.js';
import { percent } from './words.js';

/** Accuracy with lost cameras, for people: each single camera, then pairs and threes together. */
export function missingTable({ none, one, two, three, unseen }: MissingTable): string {
  const exits = missingExits.filter((exit) => none[exit] !== undefined);
  const table = createTable(['cameras gone', ...exits, 'unseen']);
  const row = (name: string, accuracy: MissingAccuracy, share: number | undefined) =>
    table.push([
      name,
      ...exits.map((exit) => (accuracy[exit] === undefined ? '–' : percent(accuracy[exit]))),
      share === undefined ? '' : percent(share),
    ]);
  row('none', none, none.unseen);
  for (const view of one?.views ?? []) row(`view ${view.lost}`, view, view.unseen);
  for (const [name, count, share] of [
    ['one', one, unseen.one],
    ['two', two, unseen.two],
    ['three', three, unseen.three],
  ] as const) {
    if (!count) continue;
    row(`${name}, mean`, count.mean, share);
    row(`${name}, worst`, count.worst, undefined);
  }
  return table.toString();
}
