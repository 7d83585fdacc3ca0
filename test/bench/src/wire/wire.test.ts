import { type Architecture, type Bundle, DeviceTier, NEVER_EXITS, scoreLevels } from '@ddnn/model';
import { publishBytes, topic } from '@ddnn/protocol';
import { evaluate, trainNetwork } from '@ddnn/training';
import { Tiers } from '@ddnn/training/steps';
import { syntheticData } from '@ddnn/training/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { recode, withEvenScores } from './recode.js';
import { simulateRounds } from './simulate-rounds.js';
import { wireSteps } from './wire-steps.js';

/** Its local exit is never sure, so that every sample goes up whatever the coding. */
const architecture: Architecture = {
  name: 'bars',
  input: { height: 16, width: 16, channels: 1 },
  device: { section: [{ convp: { filters: 4 } }], coding: 'arithmetic' },
  local: { aggregator: 'average', scoreBits: 2, confidence: 'margin', threshold: NEVER_EXITS },
  cloud: { aggregator: 'concat', section: [{ fc: { units: 8 } }] },
};
const train = syntheticData({ rows: 60, views: 4, side: 16, seed: 1, absent: 0.2 });
const test = syntheticData({ rows: 40, views: 4, side: 16, seed: 2, absent: 0.2 });
const batching = { samples: 5 };

let bundle: Bundle;
beforeAll(async () => {
  const { local, ...rest } = architecture;
  const options = { data: train, seed: 1, epochs: 3, learningRate: 1e-2, holdOut: 0, backend: 'wasm' as const };
  ({ bundle } = await trainNetwork({ ...options, architecture: { ...rest, local: { ...local!, threshold: 0 } } }));
});

describe('Another coding', () => {
  it('of bits alone changes no answer and no feature', async () => {
    const bare = await recode(bundle, train, { scoreBits: 2 });
    expect(bare.id).not.toBe(bundle.id);
    expect(bare.architecture.device.coding).toBeUndefined();
    const [{ outcomes: before }, { outcomes: after }] = [
      await evaluate({ bundle, data: test }),
      await evaluate({ bundle: bare, data: test }),
    ];
    expect(after).toEqual(before);
    const [mine, theirs] = [new Tiers(bundle), new Tiers(bare)];
    for (const images of test.images) {
      mine.present(images);
      theirs.present(images);
      expect(theirs.features).toEqual(mine.features);
    }
  });

  it('as bytes keeps every score, to half a step of either', async () => {
    const bytes = await recode(bundle, train, { scoreBits: 8 });
    expect(bytes.exits.local!.threshold).toBe(bundle.exits.local!.threshold);
    const [fine, coarse] = [bytes.exits.local!.step, bundle.exits.local!.step];
    const lowest = -scoreLevels(bundle.architecture)! * coarse;
    let largest = 0;
    for (let view = 0; view < train.views; view++) {
      const [mine, theirs] = [new DeviceTier(bytes, view), new DeviceTier(bundle, view)];
      for (const { [view]: picture } of train.images) {
        if (!picture) continue;
        mine.run(picture);
        theirs.run(picture);
        const best = Math.max(...mine.scores);
        for (const [c, score] of mine.scores.entries()) {
          largest = Math.max(largest, Math.abs(score));
          const below = Math.max(lowest, (score - best) * fine);
          expect(Math.abs(below - theirs.scores[c] * coarse)).toBeLessThanOrEqual(coarse / 2 + fine + 1e-6);
        }
      }
    }
    expect(largest).toBe(127);
  });

  it('learns the codes again from the rows that they were learnt from', async () => {
    const bare = await recode(bundle, train, { scoreBits: 2 });
    const again = await recode(bare, train, { scoreBits: 2, coding: 'arithmetic' });
    expect([...again.tensors].sort()).toEqual([...bundle.tensors].sort());
  });

  it('of fewer bits is refused, for their step comes from training', async () => {
    const bytes = await recode(bundle, train, { scoreBits: 8 });
    await expect(recode(bytes, train, { scoreBits: 2 })).rejects.toMatchObject({ code: 'DDNN_TRAINING_OPTION' });
  });

  it('with even scores changes summaries alone', async () => {
    const { summary: learnt, outcomes } = await evaluate({ bundle, data: test, batching });
    const even = await evaluate({ bundle: withEvenScores(bundle), data: test, batching });
    expect(even.outcomes).toEqual(outcomes);
    expect(even.summary.bytes.wirePerView).toBeGreaterThan(learnt.bytes.wirePerView);
  });
});

it('Every step makes the frames smaller, and the last is the bundle as it is', async () => {
  const { steps, formula } = await wireSteps(bundle, { train, test }, 5);
  const bytes = steps.map(({ wirePerView }) => wirePerView);
  expect(bytes).toEqual([...bytes].sort((a, b) => b - a));
  // Everything goes up here: there are no records that could be sent more rarely.
  expect(new Set(bytes).size).toBeGreaterThanOrEqual(bytes.length - 1);
  const { summary } = await evaluate({ bundle, data: test, batching });
  expect(steps.at(-1)).toMatchObject({ accuracy: summary.accuracy, wirePerView: summary.bytes.wirePerView });
  expect(formula.bytesPerView).toBe(4 * 3 + (1 - steps[0].localExits) * 32);
});

describe('Rounds', () => {
  it('that ask every view at once are what an evaluation counts', async () => {
    const { summary } = await evaluate({ bundle, data: test, batching });
    const [all] = await simulateRounds(bundle, test, { batching, rounds: [{ order: 'surest', views: 4 }] });
    expect(all.accuracy).toBe(summary.accuracy);
    expect(all.wirePerView).toBeCloseTo(summary.bytes.wirePerView, 9);
    expect(all.refined).toBe(0);
  });

  it('that always refine answer alike and cost the packets of a second round', async () => {
    const one = { ...test, rows: test.rows.slice(0, 1), images: [train.images.find((row) => row.every(Boolean))!] };
    const rounds = [
      { order: 'surest', views: 4 },
      { order: 'surest', views: 2, refineAbove: -1 },
    ] as const;
    const [all, twice] = await simulateRounds(bundle, one, { rounds });
    expect(twice.accuracy).toBe(all.accuracy);
    expect(twice.refined).toBe(1);
    // Each view is asked once either way. More: the request down, and a second frame up with its header, slot, content
    // and states.
    const name = (which: 'uplinkRequest' | 'uplinkFeatures') => topic(which, { site: 's', edge: 'e' }).length;
    const [request, frame] = [
      publishBytes(name('uplinkRequest'), 2 + 6, 1),
      publishBytes(name('uplinkFeatures'), 2 + 6 + 1 + 1, 1),
    ];
    const more = (twice.wirePerView - all.wirePerView) * 4;
    // A frame of 128 bytes and more has another byte of length.
    expect(Math.round(more) - (request + 4 + frame + 4)).toBeGreaterThanOrEqual(-1);
    expect(Math.round(more) - (request + 4 + frame + 4)).toBeLessThanOrEqual(0);
  });

  it('of fewer views cost less', async () => {
    const rounds = [4, 3, 2].map((views) => ({ order: 'least sure' as const, views }));
    const bytes = (await simulateRounds(bundle, test, { batching, rounds })).map(({ wirePerView }) => wirePerView);
    expect(bytes[0]).toBeGreaterThan(bytes[1]);
    expect(bytes[1]).toBeGreaterThan(bytes[2]);
  });
});
