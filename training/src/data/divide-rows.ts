import { groupedBy } from './grouped-by.js';
import { createRandom, shuffled } from './random.js';

/** What decides on which side a row goes. */
export interface DividedRow {
  readonly label: string;
  /** Rows of one group stay together. */
  readonly group?: string;
}

/**
 * Draws a test part: about `share` of the rows of each class, only whole groups, and never all of a class. A group
 * belongs to the class of its first row. A row without a group is a group by itself.
 *
 * @returns for each row whether it is in the test part
 */
export function divideRows(rows: readonly DividedRow[], share: number, seed: number): boolean[] {
  const groups = groupedBy(rows.keys(), (row) => rows[row].group ?? row);
  const ofClass = groupedBy(groups.values(), ([first]) => rows[first].label);
  const inTest = rows.map(() => false);
  const random = createRandom(seed);
  for (const own of ofClass.values()) {
    let wanted = Math.round(share * own.reduce((sum, { length }) => sum + length, 0));
    // One group stays for training.
    for (const members of shuffled(own, random).slice(1)) {
      if (members.length > wanted) continue;
      wanted -= members.length;
      for (const row of members) inTest[row] = true;
    }
  }
  return inTest;
}
