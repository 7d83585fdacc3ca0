import { groupedBy } from './grouped-by.js';
import type { HeldOut } from './held-out.js';
import { shuffled } from './random.js';

/** Rows that must stay on one side: whole objects, or blocks of frames. */
export type Groups = readonly (readonly number[])[];

/** Into how many blocks the frames of a recording are cut. */
const BLOCKS = 20;

/**
 * Puts rows of the same group together; a row without a group is one of its own.
 *
 * @param groupOf group of each row
 * @param rows which of them take part
 */
export function groupRows(groupOf: readonly (string | undefined)[], rows: readonly number[]): Groups {
  return [...groupedBy(rows, (row) => groupOf[row] ?? row).values()];
}

/**
 * Joins groups that are frames of a recording to blocks of consecutive frames. A frame is almost a copy of its
 * neighbours; with blocks, only frames at the ends of a block have a neighbour on the other side. Groups are sorted by
 * number if they have one.
 */
export function blocksOfFrames(groupOf: readonly (string | undefined)[], frames: Groups): Groups {
  const name = (frame: readonly number[]) => groupOf[frame[0]] ?? '';
  const ordered = [...frames].sort((a, b) => name(a).localeCompare(name(b), 'en', { numeric: true }));
  const count = Math.min(BLOCKS, ordered.length);
  const edge = (block: number) => Math.floor((block * ordered.length) / count);
  return Array.from({ length: count }, (_, block) => ordered.slice(edge(block), edge(block + 1)).flat());
}

/**
 * Sets whole groups aside, so that no held-out row has a near copy in training. Each class comes as near to its share
 * as whole groups allow, the rarest class first, and keeps at least one group for training. If the total is then too
 * small, classes that gave no group give one each.
 *
 * @param labels class of each row
 */
export function holdOutGroups(labels: readonly number[], groups: Groups, share: number, random: () => number): HeldOut {
  const rows = groups.flat().sort((a, b) => a - b);
  const all = countClasses(labels, rows);
  const target = all.map((count) => Math.round(count * share));
  const held = all.map(() => 0);
  const groupsLeft = all.map((_, label) => groups.filter((group) => group.some((row) => labels[row] === label)).length);
  const heldOut = new Set<number>();

  const isSpare = (group: readonly number[]) => group.every((row) => groupsLeft[labels[row]] > 1);
  const hold = (group: readonly number[]) => {
    for (const row of group) {
      heldOut.add(row);
      held[labels[row]]++;
    }
    for (const label of new Set(group.map((row) => labels[row]))) groupsLeft[label]--;
  };
  /** How far the classes are from their shares, relative to the size of each. */
  const distance = (counts: readonly number[]) =>
    counts.reduce((sum, count, label) => sum + Math.abs(count - target[label]) / Math.max(1, all[label]), 0);
  const comesNearer = (group: readonly number[]) => {
    const more = countClasses(labels, group);
    return distance(held.map((count, label) => count + (more[label] ?? 0))) < distance(held);
  };

  const rarestFirst = [...all.keys()].filter((label) => all[label] > 0).sort((a, b) => all[a] - all[b]);
  const ofClass = (label: number) =>
    shuffled(
      groups.filter((group) => !heldOut.has(group[0]) && group.some((row) => labels[row] === label)),
      random,
    );
  for (const label of rarestFirst) {
    for (const group of ofClass(label)) {
      if (held[label] < target[label] && isSpare(group) && comesNearer(group)) hold(group);
    }
  }
  const total = Math.round(rows.length * share);
  for (const label of shuffled(rarestFirst, random)) {
    if (held[label] > 0 || target[label] === 0) continue;
    const group = ofClass(label).find(isSpare);
    if (group && Math.abs(heldOut.size + group.length - total) < Math.abs(heldOut.size - total)) hold(group);
  }
  return { training: rows.filter((row) => !heldOut.has(row)), heldOut: rows.filter((row) => heldOut.has(row)) };
}

function countClasses(labels: readonly number[], rows: readonly number[]): number[] {
  const counts: number[] = new Array(labels.reduce((most, label) => Math.max(most, label), 0) + 1).fill(0);
  for (const row of rows) counts[labels[row]]++;
  return counts;
}
