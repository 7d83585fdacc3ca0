import { expect, it } from 'vitest';
import { runSoak } from './run-soak.js';
import { soakTable } from './soak-table.js';

it('a site whose parts are killed and whose links break loses nothing that it accepted', async () => {
  const result = await runSoak({ seed: 1, kills: 12 });
  const { accepted, answered, kills } = result.totals;
  const what = soakTable(result);
  expect(kills).toBeGreaterThanOrEqual(12);
  // The checker must have had something to look at.
  expect(accepted, what).toBeGreaterThan(100);
  expect(answered, what).toBe(accepted);
  expect(result.report, what).toMatchObject({ lost: [], twice: [], mixedEpochs: [], neverSent: [] });
});
