import { NEVER_EXITS } from '@ddnn/model';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../data/random.js';
import { binomialTail, controlRisk } from './risk-control.js';
import { rightAt, type ThresholdPair } from './site-answer.js';
import type { JudgedSample } from './thresholds.js';

/** An answer of class 0 where right, else of class 1. */
const answer = (right: boolean, uncertainty: number) => ({ classIndex: right ? 0 : 1, uncertainty, confident: false });

function judged(local: [boolean, number], cloud: boolean, edge?: [boolean, number]): JudgedSample {
  const top = answer(cloud, 0.5);
  const answers = { local: answer(...local), edge: edge && answer(...edge), cloud: top, overall: top };
  return { classIndex: 0, present: [1], answers };
}

describe('The exact tail of a binomial', () => {
  test('is what its terms add up to', () => {
    expect(binomialTail(0, 10, 0.1)).toBeCloseTo(0.9 ** 10, 14);
    expect(binomialTail(2, 10, 0.1)).toBeCloseTo(0.9298091736, 10);
    expect(binomialTail(10, 10, 0.1)).toBe(1);
    expect(binomialTail(0, 0, 0.1)).toBe(1);
  });

  test('holds for many trials, whose first terms are below the smallest double', () => {
    // Median of a binomial of whole mean: between 1/2 and 1/2 plus its largest term.
    const tail = binomialTail(1000, 100_000, 0.01);
    expect(tail).toBeGreaterThan(0.5);
    expect(tail).toBeLessThan(0.5 + 1 / Math.sqrt(2 * Math.PI * 990));
    expect(binomialTail(500, 100_000, 0.01)).toBeLessThan(1e-60);
  });
});

describe('Risk control', () => {
  const bound = { accuracyLoss: 0.01, confidence: 0.95 };
  const sure = () => judged([true, 0.5], true);

  test('needs 299 rows without an error for one point at 95 %, and says so where there are fewer', () => {
    const few = controlRisk(Array.from({ length: 298 }, sure), bound);
    expect(few).toMatchObject({ certified: false, rows: 298, rowsNeeded: 299, excessErrors: 0 });
    expect(few.thresholds).toEqual({ local: NEVER_EXITS, edge: NEVER_EXITS });
    const enough = controlRisk(Array.from({ length: 299 }, sure), bound);
    expect(enough).toMatchObject({ certified: true, thresholds: { local: 1, edge: 1 }, ...bound });
  });

  test('stops below the uncertainty where the site gets worse than the cloud', () => {
    const rows = Array.from({ length: 600 }, (_, i) => judged([i % 6 !== 0, i % 6 !== 0 ? 0.1 : 0.6], true));
    const { thresholds, certified, excessErrors } = controlRisk(rows, bound);
    expect(certified).toBe(true);
    expect(excessErrors).toBe(0);
    expect(thresholds.local).toBeGreaterThan(0.5);
    expect(thresholds.local).toBeLessThan(0.6);
  });

  test('does not mind errors that the cloud makes too', () => {
    const rows = Array.from({ length: 400 }, (_, i) => judged([i % 4 !== 0, 0.3], i % 4 !== 0));
    expect(controlRisk(rows, bound)).toMatchObject({ certified: true, thresholds: { local: 1 } });
  });

  test('lets nothing leave, not even at uncertainty 0, where the surest answers are wrong', () => {
    const rows = Array.from({ length: 400 }, (_, i) => judged([i % 4 !== 0, 0], true));
    const { thresholds, certified, excessErrors } = controlRisk(rows, bound);
    expect([certified, excessErrors]).toEqual([false, 100]);
    expect(rows.every((row) => rightAt(row, thresholds))).toBe(true);
  });

  test('climbs with both exits at once', () => {
    const rows = Array.from({ length: 400 }, (_, i) => judged([false, 0.9], true, [i % 5 !== 0, i % 5 ? 0.05 : 0.4]));
    const { thresholds } = controlRisk(rows, bound);
    expect(thresholds.edge).toBe(thresholds.local);
    expect(thresholds.edge).toBeGreaterThan(0.35);
    expect(thresholds.edge).toBeLessThan(0.4);
  });

  test('is nothing without rows', () => {
    expect(controlRisk([], bound)).toMatchObject({ certified: false, rows: 0, rowsNeeded: 299 });
  });
});

/**
 * A population whose true loss is known at every threshold: uncertainties are uniform, the cloud is right with
 * probability 0.9 and the local exit, where the cloud is right, wrong with probability `slope * u`. So the loss at t is
 * 0.9 * slope * t²/2.
 */
function population(slope: number) {
  const draw = (count: number, random: () => number) =>
    Array.from({ length: count }, () => {
      const [u, cloud] = [random(), random() < 0.9];
      return judged([cloud && random() >= slope * u, u], cloud);
    });
  const loss = ({ local }: ThresholdPair) => (local < 0 ? 0 : (0.9 * slope * local ** 2) / 2);
  return { draw, loss };
}

describe.each([
  { slope: 0.05, accuracyLoss: 0.01, confidence: 0.95, rows: 400 },
  { slope: 0.5, accuracyLoss: 0.01, confidence: 0.9, rows: 1000 },
  { slope: 0.3, accuracyLoss: 0.05, confidence: 0.8, rows: 150 },
])('Over many draws of $rows rows, loss $accuracyLoss at $confidence', ({ slope, accuracyLoss, confidence, rows }) => {
  const draws = 1000;
  const random = createRandom(rows);
  const { draw, loss } = population(slope);
  const found = Array.from({ length: draws }, () => controlRisk(draw(rows, random), { accuracyLoss, confidence }));

  test('the true loss exceeds the bound in no more of them than was promised', () => {
    const broken = found.filter(({ thresholds }) => loss(thresholds) > accuracyLoss).length;
    // Were the promise just kept, more broken draws than this would come up once in a million tests.
    let slack = 0;
    while (1 - binomialTail(slack, draws, 1 - confidence) > 1e-6) slack++;
    expect(broken).toBeLessThanOrEqual(slack);
  });

  test('and thresholds are found in most of them that let samples leave', () => {
    const median = found.map(({ thresholds }) => thresholds.local).sort((a, b) => a - b)[draws / 2];
    const allowed = Math.min(1, Math.sqrt((2 * accuracyLoss) / (0.9 * slope)));
    expect(median).toBeGreaterThan(allowed / 3);
    expect(median).toBeLessThanOrEqual(allowed);
  });
});

test('Climbing to the largest thresholds that merely look good breaks the bound far more often: the simulation can fail', () => {
  const random = createRandom(9);
  const { draw, loss } = population(0.5);
  const broken = Array.from({ length: 300 }, () => draw(400, random)).filter((rows) => {
    const ladder = Array.from({ length: 101 }, (_, i) => (i / 100) ** 2);
    const excess = (t: number) =>
      rows.filter((row) => row.answers.cloud.classIndex === 0 && !rightAt(row, { local: t, edge: t })).length;
    const naive = ladder.filter((t) => excess(t) / rows.length <= 0.01).at(-1)!;
    return loss({ local: naive, edge: naive }) > 0.01;
  });
  expect(broken.length / 300).toBeGreaterThan(0.2);
});
