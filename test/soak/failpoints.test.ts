import { expect, it } from 'vitest';
import { expectNothingFound } from './expect-nothing-found.js';
import { failpoints, runFailpoints } from './run-failpoints.js';
import { soakTable } from './soak-table.js';

/** It only ends what would never come. */
const TIMEOUT_MS = 1_200_000;

it('whatever write or send an edge or a cloud dies at, nothing accepted is lost, and nothing is answered twice', {
  timeout: TIMEOUT_MS,
}, async () => {
  const edge = failpoints(9, 33, 4);
  const cloud = failpoints(5, 9, 4);
  const result = await runFailpoints({ edge, cloud });
  const what = soakTable(result);
  expect(result.totals.kills).toBe(edge.length + cloud.length + 2);
  expect(result.totals.accepted, what).toBeGreaterThan(100);
  expectNothingFound(result);
});
