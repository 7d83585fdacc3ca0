import { expect, test } from 'vitest';
import { rightAt } from './site-answer.js';
import { chooseThresholds, type JudgedSample, thresholdsBelow } from './thresholds.js';

/** A sample of class 0; each exit is given as [right, uncertainty]. */
function sample(local: [boolean, number], cloud: boolean, edge?: [boolean, number]): JudgedSample {
  const answer = ([right, uncertainty]: [boolean, number]) => ({
    classIndex: right ? 0 : 1,
    uncertainty,
    confident: false,
  });
  const top = answer([cloud, 0.5]);
  return {
    classIndex: 0,
    present: [1],
    // What the site said with other thresholds is not asked.
    answers: { local: answer(local), edge: edge && answer(edge), cloud: top, overall: top },
  };
}

/** The thresholds chosen, and what they give. */
function choose(...[samples, ...options]: Parameters<typeof chooseThresholds>) {
  const thresholds = chooseThresholds(samples, ...options);
  return { ...thresholds, accuracy: samples.filter((each) => rightAt(each, thresholds)).length / samples.length };
}

test('Samples leave locally as far as accuracy does not fall', () => {
  const samples = [
    sample([true, 0.1], true),
    sample([true, 0.4], true),
    sample([false, 0.6], true),
    sample([true, 0.7], true),
  ];
  expect(choose(samples)).toMatchObject({ local: 0.4, accuracy: 1 });
});

test('Among equals the larger threshold wins, up to the largest uncertainty seen', () => {
  const samples = [sample([true, 0.1], true), sample([false, 0.3], false), sample([true, 0.9], true)];
  expect(choose(samples)).toMatchObject({ local: 0.9, accuracy: 2 / 3 });
});

test('Where the local exit is the better one, it also takes samples that it gets wrong', () => {
  const samples = [sample([false, 0.2], true), sample([true, 0.3], false), sample([true, 0.5], false)];
  expect(choose(samples)).toMatchObject({ local: 0.5, accuracy: 2 / 3 });
});

test('Samples of equal uncertainty leave together or not at all', () => {
  const samples = [sample([true, 0.2], true), sample([false, 0.2], true), sample([false, 0.2], true)];
  expect(choose(samples)).toMatchObject({ local: 0, accuracy: 1 });
});

test('The edge is settled first, and the local exit against it', () => {
  const samples = [sample([false, 0.1], false, [true, 0.2]), sample([true, 0.05], false, [false, 0.8])];
  expect(choose(samples)).toEqual({ edge: 0.8, local: 0.05, accuracy: 1 });
});

test('A threshold of the architecture is taken as it is, and accuracy is what it gives', () => {
  const samples = [sample([true, 0.1], true), sample([false, 0.4], true)];
  expect(choose(samples, { local: 0.5 })).toMatchObject({ local: 0.5, accuracy: 0.5 });
});

test('Weights decide where classes are unequal: a rare sample is worth more than two common ones', () => {
  const samples = [sample([true, 0.2], false), sample([true, 0.3], false), sample([false, 0.4], true)];
  expect(choose([...samples, sample([true, 0.5], false)])).toMatchObject({ local: 0.5 });
  const weighted = samples.map((each, i) => ({ ...each, weight: i === 2 ? 2.5 : 0.25 }));
  expect(choose([...weighted, { ...sample([true, 0.5], false), weight: 0.25 }])).toMatchObject({
    local: 0.3,
    accuracy: 3 / 4,
  });
});

test('the least sure share of the samples goes up, however right the exit is', () => {
  const samples = [0.1, 0.4, 0.2, 0.3].map((uncertainty) => sample([true, uncertainty], true));
  const most = thresholdsBelow(samples, 0.25);
  expect(most).toEqual({ local: 0.3, edge: undefined });
  expect(choose(samples).local).toBe(0.4);
  expect(choose(samples, {}, { most }).local).toBe(0.3);
  expect(thresholdsBelow(samples, 0).local).toBe(0.4);
});

test('a threshold gives up no more accuracy than it may', () => {
  const samples = [0.1, 0.2, 0.3, 0.4].map((uncertainty) => sample([uncertainty < 0.25, uncertainty], true));
  expect(choose(samples, {}, { slack: 0.24 }).local).toBe(0.2);
  expect(choose(samples, {}, { slack: 0.25 }).local).toBe(0.3);
  expect(choose(samples, {}, { slack: 0.5 }).local).toBe(0.4);
});
