import { expect, test } from 'vitest';
import { divideRows } from './divide-rows.js';

const rows = (label: string, count: number, group?: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => ({ label, ...(group ? { group: group(i) } : {}) }));

test('The test part has its share of each class, and the same seed draws the same rows', () => {
  const all = [...rows('car', 50), ...rows('bus', 10), ...rows('person', 1)];
  const inTest = divideRows(all, 0.2, 1);
  const count = (label: string) => all.filter((row, i) => row.label === label && inTest[i]).length;
  expect([count('car'), count('bus'), count('person')]).toEqual([10, 2, 0]);
  expect(divideRows(all, 0.2, 1)).toEqual(inTest);
  expect(divideRows(all, 0.2, 2)).not.toEqual(inTest);
});

test('Groups stay whole', () => {
  const all = [...rows('car', 40, (i) => `car ${i % 8}`), ...rows('bus', 5, () => 'one bus')];
  const inTest = divideRows(all, 0.25, 3);
  const sides = new Map<string | undefined, Set<boolean>>();
  for (const [i, { group }] of all.entries()) sides.set(group, (sides.get(group) ?? new Set()).add(inTest[i]));
  expect([...sides.values()].every((side) => side.size === 1)).toBe(true);
  expect(inTest.filter(Boolean)).toHaveLength(10);
});

test('A share of 0 leaves everything for training, a large one leaves a group of each class', () => {
  const all = [...rows('car', 10), ...rows('bus', 2)];
  expect(divideRows(all, 0, 1)).not.toContain(true);
  const inTest = divideRows(all, 0.99, 1);
  expect(new Set(all.filter((_, i) => !inTest[i]).map(({ label }) => label))).toEqual(new Set(['car', 'bus']));
});
