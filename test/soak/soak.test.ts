import { expect, it } from 'vitest';
import { expectNothingFound } from './expect-nothing-found.js';
import { runSoak } from './run-soak.js';
import { soakTable } from './soak-table.js';

/** It only ends what would never come; the run takes a minute or two, and longer on a busy machine. */
const TIMEOUT_MS = 1_200_000;

it('a site whose parts are killed and whose links break loses nothing that it accepted, and answers nothing twice', {
  timeout: TIMEOUT_MS,
}, async () => {
  const result = await runSoak({ seed: 1, kills: 12 });
  const what = soakTable(result);
  const { answered, kills } = result.totals;
  expect(kills).toBeGreaterThanOrEqual(12);
  // The checker had something to look at.
  expect(answered, what).toBeGreaterThan(100);
  expectNothingFound(result);
});
