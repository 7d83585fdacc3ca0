import { badOption } from '../errors.js';
import type { DataSet } from './data-set.js';
import { groupedBy } from './grouped-by.js';
import { blocksOfFrames, groupRows, holdOutGroups } from './held-out-groups.js';
import { shuffled } from './random.js';

/** Rows to train on and rows that training never sees, as indices in rising order. */
export interface HeldOut {
  readonly training: readonly number[];
  readonly heldOut: readonly number[];
}

/** How much to hold out, and what stays together. */
export interface HoldOutOptions {
  /** Share of each class, from 0 to below 1. */
  readonly share: number;
  /** Left out: groups if the data have them, else rows. */
  readonly by?: 'rows' | 'groups' | undefined;
  /**
   * Rows from which the groups are made, if these are more than the rows that take part: so a second division does not
   * split a block of the first one.
   */
  readonly among?: readonly number[] | undefined;
}

/**
 * Sets rows aside that training never sees: whole groups if the data tell which rows are near copies of each other,
 * because such copies would make whatever is chosen on them look too good. Frames of a recording are set aside as
 * blocks of consecutive frames.
 *
 * Throws `DDNN_TRAINING_OPTION` where groups are asked for and there are none.
 */
export function holdOut(
  data: DataSet,
  labels: readonly number[],
  rows: readonly number[],
  { share, by, among = rows }: HoldOutOptions,
  random: () => number,
): HeldOut {
  const groupOf = data.rows.map(({ group }) => group);
  const grouped = rows.some((row) => groupOf[row] !== undefined);
  if (by === 'groups' && !grouped) {
    throw badOption(`training.holdOutBy is groups, but ${data.file} has no column group, object or frame`);
  }
  if (by === 'rows' || !grouped) return holdOutRows(labels, rows, share, random);
  const groups = groupRows(groupOf, among);
  const whole = data.groupColumn === 'frame' ? blocksOfFrames(groupOf, groups) : groups;
  const part = new Set(rows);
  const left = whole.map((group) => group.filter((row) => part.has(row))).filter(({ length }) => length > 0);
  return holdOutGroups(labels, left, share, random);
}

/**
 * Sets a share of each class aside (rounded, a class keeps at least one row for training).
 *
 * @param labels class of each row
 * @param rows which of them take part
 */
export function holdOutRows(
  labels: readonly number[],
  rows: readonly number[],
  share: number,
  random: () => number,
): HeldOut {
  const ofClass = groupedBy(rows, (row) => labels[row]);
  const heldOut = new Set<number>();
  for (const [, members] of [...ofClass].sort(([a], [b]) => a - b)) {
    const count = Math.min(members.length - 1, Math.round(members.length * share));
    for (const row of shuffled(members, random).slice(0, count)) heldOut.add(row);
  }
  return { training: rows.filter((row) => !heldOut.has(row)), heldOut: rows.filter((row) => heldOut.has(row)) };
}
