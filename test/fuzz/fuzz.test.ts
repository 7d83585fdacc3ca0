import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Keeper, readCorpus } from './corpus.js';
import { fuzzForm } from './fuzz-form.js';
import { type Catch, catchTable, hunt, type Target } from './hunt.js';
import { removeManifests } from './manifest-check.js';
import { LaneAndParser } from './mqtt-check.js';
import { targets } from './targets.js';
import { Watchdog } from './watchdog.js';

const form = fuzzForm();
/** Bytes by which memory may differ between two looks that find the same things in it. */
const MOST_GROWTH = 32 * 2 ** 20;
/** The long form takes as long as it takes: the watchdog ends what hangs. */
const timeout = form.long ? 2 ** 31 - 1 : undefined;
/** Keep an input of everything that is said in this run. */
const keep = process.env.DDNN_FUZZ_KEEP === '1';

const ways = new LaneAndParser();
const watchdog = new Watchdog();
const all = targets(ways);
const catches: Catch[] = [];

beforeAll(async () => {
  watchdog.start();
  await ways.start();
});
afterAll(async () => {
  await ways.stop();
  await watchdog.stop();
  removeManifests();
  if (form.long) process.stdout.write(`\nseed ${form.seeds[0]}\n${catchTable(catches)}\n`);
});

describe.skipIf(keep).each(all)('the corpus of $name', ({ name, check }) => {
  it('becomes what it became when it was kept', async () => {
    const kept = readCorpus(name);
    expect(kept.length).toBeGreaterThan(0);
    for (const { says, input } of kept) {
      watchdog.at(`${name}, corpus: ${says}`);
      expect(await check(input)).toBe(says);
      watchdog.beat();
    }
  });
});

describe.each(form.seeds)('fuzzing from seed %i', (seed) => {
  it.each(all)('$name: nothing but its own errors, and no growth', { timeout }, async (target) => {
    const keeper = new Keeper();
    const count = Math.ceil((form.inputs * target.share) / 100 / form.seeds.length);
    const caught = await hunt(
      keep ? noting(target, keeper) : target,
      count,
      seed,
      watchdog,
      (done, findings, perSecond) => {
        if (form.long)
          process.stdout.write(`${target.name} ${done} of ${count}, findings ${findings}, ${perSecond}/s\n`);
      },
    );
    catches.push(caught);
    if (keep) keeper.write(target.name);
    expect(caught.findings.map(({ seed: at, text }) => `DDNN_FUZZ_SEED=${at}: ${text}`)).toEqual([]);
    expect(caught.inputs).toBe(count);
    expect(caught.heapAfter - caught.heapBefore).toBeLessThan(MOST_GROWTH);
  });
});

function noting(target: Target<unknown>, keeper: Keeper): Target<unknown> {
  const check = async (input: unknown) => {
    const says = await target.check(input);
    keeper.note(says, input);
    return says;
  };
  return { ...target, check };
}
