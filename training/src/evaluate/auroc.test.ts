import { expect, test } from 'vitest';
import { createRandom } from '../data/random.js';
import { accuracyCoverageArea, auroc, type Judgement } from './auroc.js';

const judged = (...pairs: [number, boolean][]): Judgement[] =>
  pairs.map(([uncertainty, wrong]) => ({ uncertainty, wrong }));

test('AUROC is the share of pairs of a wrong and a right answer in which the wrong one is less sure, ties half', () => {
  const random = createRandom(1);
  const list = Array.from({ length: 200 }, () => ({ uncertainty: Math.floor(random() * 20), wrong: random() < 0.3 }));
  const [wrong, right] = [list.filter((one) => one.wrong), list.filter((one) => !one.wrong)];
  const won = wrong.flatMap((a) => right.map((b) => (Math.sign(a.uncertainty - b.uncertainty) + 1) / 2));
  expect(auroc(list)).toBeCloseTo(won.reduce((a, b) => a + b) / won.length, 12);
});

test('AUROC is 1 where every wrong answer is less sure, 0 the other way round, and none where there is no pair', () => {
  expect(auroc(judged([0.1, false], [0.2, false], [0.3, true]))).toBe(1);
  expect(auroc(judged([0.9, false], [0.3, true]))).toBe(0);
  expect(auroc(judged([0.5, false], [0.5, true]))).toBe(0.5);
  expect(auroc(judged([0.1, false], [0.2, false]))).toBeNull();
  expect(auroc(judged([0.1, true]))).toBeNull();
  expect(auroc([])).toBeNull();
});

test('The accuracy-coverage area is the mean accuracy of the surest 1, 2, … answers, in no order that the list has', () => {
  const list = judged([0.3, true], [0.1, false], [0.2, false], [0.4, false]);
  expect(accuracyCoverageArea(list)).toBeCloseTo((1 + 1 + 2 / 3 + 3 / 4) / 4, 12);
  const ties = judged([0.5, true], [0.5, false], [0.5, true], [0.5, false]);
  expect(accuracyCoverageArea(ties)).toBeCloseTo(0.5, 12);
  expect(accuracyCoverageArea(judged([0.1, true]))).toBe(0);
});
