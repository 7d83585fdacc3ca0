import { shuffled } from './random.js';

/** Rows to train on and rows that training never sees, as indices in rising order. */
export interface HeldOut {
  readonly training: readonly number[];
  readonly heldOut: readonly number[];
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
  const ofClass = new Map<number, number[]>();
  for (const row of rows) ofClass.set(labels[row], [...(ofClass.get(labels[row]) ?? []), row]);
  const heldOut = new Set<number>();
  for (const [, members] of [...ofClass].sort(([a], [b]) => a - b)) {
    const count = Math.min(members.length - 1, Math.round(members.length * share));
    for (const row of shuffled(members, random).slice(0, count)) heldOut.add(row);
  }
  return { training: rows.filter((row) => !heldOut.has(row)), heldOut: rows.filter((row) => heldOut.has(row)) };
}
