import { Evidence, evidenceNames, GATE_LENGTH, GATE_UNIT, gateUncertainty } from '@ddnn/model';
import { expect, test } from 'vitest';
import { createRandom } from '../data/random.js';
import { auroc } from '../evaluate/auroc.js';
import { fitGate, type GateExample } from './gate.js';

/** Examples whose exit is wrong by a logistic law of entropy and of the count of present views. */
function draw(count: number, seed: number, wrong: (entropy: number, present: number) => number): GateExample[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    const [entropy, present] = [random(), 1 + Math.floor(random() * 6)];
    const evidence = Float64Array.of(
      entropy,
      entropy / 2,
      entropy / 3 + random() / 10,
      random() * 9,
      random(),
      present,
    );
    return { evidence, wrong: random() < wrong(entropy, present) };
  });
}
const judged = (examples: readonly GateExample[], gate: Int32Array) =>
  examples.map(({ evidence, wrong }) => ({ uncertainty: gateUncertainty(gate, evidence), wrong }));

test('A gate learns how likely an exit is wrong, also from what entropy does not know', () => {
  const law = (entropy: number, present: number) => 1 / (1 + Math.exp(-(-1 + 4 * entropy - present)));
  const gate = fitGate(draw(4000, 1, law));
  const fresh = draw(4000, 2, law);
  const told = auroc(judged(fresh, gate))!;
  const byEntropy = auroc(fresh.map(({ evidence, wrong }) => ({ uncertainty: evidence[Evidence.entropy], wrong })))!;
  expect(told).toBeGreaterThan(byEntropy + 0.05);
  // A probability, not only an order: within its own sampling error over 4,000 rows.
  const said = judged(fresh, gate).reduce((sum, { uncertainty }) => sum + uncertainty, 0) / fresh.length;
  const happened = fresh.filter(({ wrong }) => wrong).length / fresh.length;
  expect(Math.abs(said - happened)).toBeLessThan(
    4 * Math.sqrt((happened * (1 - happened)) / fresh.length) * Math.SQRT2,
  );
});

test('Where nothing is wrong, and where there is nothing at all, a gate orders samples much as entropy does', () => {
  const examples = draw(100, 3, () => 0);
  const gate = fitGate(examples);
  const middle = judged(examples, gate).map(({ uncertainty }, i) => ({
    uncertainty,
    wrong: examples[i].evidence[Evidence.entropy] > 0.5,
  }));
  expect(auroc(middle)).toBeGreaterThan(0.95);
  expect(fitGate([])).toEqual(new Int32Array(GATE_LENGTH));
});

test('Evidence that never varies gets no weight', () => {
  const examples = draw(300, 4, (entropy) => entropy).map(({ evidence, wrong }) => ({
    evidence: evidence.with(evidenceNames.indexOf('present'), 6),
    wrong,
  }));
  expect(fitGate(examples)[1 + evidenceNames.indexOf('present')]).toBe(0);
});

test('Coefficients fit their integers where answers are parted without a doubt', () => {
  const examples = draw(500, 5, (entropy) => Number(entropy > 0.5));
  const gate = fitGate(examples);
  expect(auroc(judged(examples, gate))).toBeGreaterThan(0.995);
  expect(Math.max(...gate.map(Math.abs))).toBeLessThan(1000 * GATE_UNIT);
});
