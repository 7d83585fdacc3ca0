import { expect, it } from 'vitest';
import type { Said, Stored } from './history.js';
import { runSoak, type SoakResult } from './run-soak.js';
import { soakTable } from './soak-table.js';

/** It only ends what would never come; the run takes a minute or two, and longer on a busy machine. */
const TIMEOUT_MS = 1_200_000;

it('a site whose parts are killed and whose links break loses nothing that it accepted, and answers nothing twice', {
  timeout: TIMEOUT_MS,
}, async () => {
  const result = await runSoak({ seed: 1, kills: 12 });
  const what = soakTable(result);
  const { accepted, answered, lost, kills } = result.totals;
  expect(kills).toBeGreaterThanOrEqual(12);
  // The checker had something to look at.
  expect(answered, what).toBeGreaterThan(100);
  expect(answered + lost, what).toBe(accepted);
  expect(result.report, what).toMatchObject({ neverSent: [] });
  // To be tightened to "none" as soon as the edge does what each of the three says.
  expect(result.report.lost.filter(not(isLateFeatures(result))), what).toEqual([]);
  expect(result.report.twice.filter(not(isSaidAgainAfterKill(result))), what).toEqual([]);
  expect(result.report.mixedEpochs.filter(not(isRecordOfOldEpoch(result))), what).toEqual([]);
});

type Known = (slot: number) => boolean;
const not = (known: Known) => (slot: number) => !known(slot);

const saidOf = ({ history }: SoakResult, slot: number) =>
  history.filter((event): event is Said => event.what === 'said' && event.slot === slot);
const storedOf = ({ history }: SoakResult, slot: number) =>
  history.filter((event): event is Stored => event.what === 'stored' && event.slot === slot);

/** Features that come after the deadline are acknowledged, and then deleted. They should go up as a revision. */
function isLateFeatures(result: SoakResult): Known {
  return (slot) => storedOf(result, slot).some(({ reason }) => reason === 'deadline');
}

/** An edge speaks before its mark is on disk, and after a sudden death again. It should be written first. */
function isSaidAgainAfterKill(result: SoakResult): Known {
  const kills = result.faults.filter(({ kind }) => kind === 'edge killed' || kind === 'rollout');
  return (slot) => {
    const [first, second, ...more] = saidOf(result, slot);
    const between = kills.some(({ begin }) => first && second && first.at < begin + 1000 && begin < second.at);
    return between && more.length === 0 && storedOf(result, slot).length <= 1;
  };
}

/**
 * An edge that starts under a new epoch records the fallbacks of the epoch before under the new one: of samples that
 * were interrupted, and of those that waited for the cloud. Their own epoch should stand there.
 */
function isRecordOfOldEpoch(result: SoakResult): Known {
  return (slot) => storedOf(result, slot).every(({ exit }) => exit === 'fallback');
}
