import { describe, expect, it } from 'vitest';
import { Seeded } from '../../test/seeded.js';
import { encodeBundle, openBundle } from '../bundle/bundle.js';
import { randomBundle } from '../testing/random-bundle.js';
import { Exit } from '../tiers/exit-rule.js';
import { createLocalTier } from '../tiers/local-tier.js';
import { UpperTier } from '../tiers/upper-tier.js';
import { parseArchitecture, type ResolvedArchitecture } from './architecture.js';
import {
  type ConfidenceName,
  Evidence,
  evidenceNames,
  GATE_LENGTH,
  GATE_UNIT,
  gateUncertainty,
  NEVER_EXITS,
} from './confidence.js';

function softmax(scores: readonly number[]): number[] {
  const powers = scores.map((score) => Math.exp(score - Math.max(...scores)));
  const total = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / total);
}

const names: readonly ConfidenceName[] = ['entropy', 'probability', 'margin', 'gate'];
const gate = Int32Array.from([-1, 2, 3, -4, -0.5, 0.25, 1], (value) => value * GATE_UNIT);

describe('the measures of an exit', () => {
  it('are what the softmax gives', () => {
    const random = new Seeded(3);
    for (let i = 0; i < 1000; i++) {
      const scores = random.array(random.integer(2, 12), () => random.integer(-127, 127));
      const exit = new Exit(scores.length, 0.05, 0.5);
      exit.decide(scores);
      const [first, second] = softmax(scores.map((score) => score * 0.05)).sort((a, b) => b - a);
      expect(exit.measure('probability')).toBeCloseTo(1 - first, 12);
      expect(exit.measure('margin')).toBeCloseTo(1 - (first - second), 12);
      expect(exit.measure('entropy')).toBe(exit.uncertainty);
      expect(exit.measure('gate')).toBeUndefined();
    }
  });

  it('stay between 0 and 1, however far apart the scores are', () => {
    const random = new Seeded(4);
    for (let i = 0; i < 3000; i++) {
      const exit = new Exit(3, 10 ** random.integer(-12, 3), 1, 'gate', gate);
      exit.decide(
        random.array(3, () => random.integer(-32_767, 32_767)),
        1,
        6,
      );
      for (const name of names) {
        expect(exit.measure(name)).toBeGreaterThanOrEqual(0);
        expect(exit.measure(name)).toBeLessThanOrEqual(1);
      }
    }
  });

  it('tell nearly sure from surer where 1 - p would round to 0', () => {
    const at = (gap: number) => {
      const exit = new Exit(3, 1, 0);
      exit.decide([gap, 0, 0]);
      return [exit.measure('probability')!, exit.measure('margin')!];
    };
    const [near, far] = [at(40), at(50)];
    expect(near[0]).toBeGreaterThan(far[0]);
    expect(near[1]).toBeGreaterThan(far[1]);
    expect(far[0]).toBeGreaterThan(0);
  });

  it('are 0 for an only class, and margin is 1 where the first two tie', () => {
    const only = new Exit(1, 0.1, 0);
    only.decide([5]);
    expect(names.slice(0, 3).map((name) => only.measure(name))).toEqual([0, 0, 0]);
    const tie = new Exit(4, 0.1, 0);
    tie.decide([9, 1, 9, 2]);
    expect(tie.measure('margin')).toBe(1);
  });

  it.each(names)('let the sample exit by %s where the exit is told so', (name) => {
    const random = new Seeded(5);
    const exit = new Exit(3, 0.03, 0.6, name, gate);
    const seen = new Set<boolean>();
    for (let i = 0; i < 200; i++) {
      const confident = exit.decide(
        random.array(3, () => random.integer(-127, 127)),
        1,
        random.integer(1, 6),
      );
      expect(exit.uncertainty).toBe(exit.measure(name));
      expect(confident).toBe(exit.uncertainty <= 0.6);
      seen.add(confident);
    }
    expect(seen.size).toBe(2);
  });
});

describe('a gate', () => {
  it('is a logistic regression on gap, height, presence and the measures', () => {
    const exit = new Exit(3, 0.05, 0.5, 'gate', gate);
    exit.decide([60, -20, 30], 2, 4);
    const evidence = Object.fromEntries(evidenceNames.map((name, i) => [name, exit.evidence[i]]));
    expect(evidence).toMatchObject({ gap: 0.75, height: 1.5, present: 4 });
    const { entropy, probability, margin } = evidence;
    const z = -1 + 2 * entropy + 3 * probability - 4 * margin - 0.5 * 0.75 + 0.25 * 1.5 + 4;
    expect(exit.uncertainty).toBeCloseTo(1 / (1 + Math.exp(-z)), 12);
  });

  it('saturates without becoming anything else', () => {
    const steep = Int32Array.of(0, 2 ** 31 - 1, 0, 0, 0, 0, 0);
    expect(gateUncertainty(steep, Float64Array.of(1, 0, 0, 0, 0, 0))).toBe(1);
    expect(
      gateUncertainty(
        steep.map((value) => -value),
        Float64Array.of(1, 0, 0, 0, 0, 0),
      ),
    ).toBe(0);
    expect(gateUncertainty(new Int32Array(GATE_LENGTH), new Float64Array(6))).toBe(0.5);
  });
});

const text = `
name: gated
input: { height: 8, width: 8, channels: 1 }
views: 3
classes: [a, b, c]
device: { section: [{ convp: { filters: 2 } }] }
local: { aggregator: max, confidence: gate }
edge: { aggregator: concat, confidence: margin, section: [{ convp: { filters: 2 } }] }
cloud: { aggregator: concat, section: [] }
`;
const architecture = parseArchitecture(text, 'gated.yaml') as ResolvedArchitecture;

describe('a bundle', () => {
  it('gives its exits the measure and the gate that it names, and the count of present views', () => {
    const bundle = openBundle(randomBundle(architecture, 1));
    const local = createLocalTier(bundle)!;
    local.decide(Int8Array.of(9, 1, 2, 8, 3, 4, 0, 0, 0), 0, 0b011);
    expect(local.exit.evidence[Evidence.present]).toBe(2);
    expect(local.exit.uncertainty).toBe(
      gateUncertainty(bundle.tensors.get('local.gate') as Int32Array, local.exit.evidence),
    );
    const edge = new UpperTier(bundle, 'edge');
    edge.decide([new Uint8Array(4), null, new Uint8Array(4)], 0b101);
    expect(edge.exit.evidence[Evidence.present]).toBe(2);
    expect(edge.exit.uncertainty).toBe(edge.exit.measure('margin'));
    const cloud = new UpperTier(bundle, 'cloud');
    cloud.decide([edge.features], 1);
    expect(cloud.exit.uncertainty).toBe(cloud.exit.measure('entropy'));
  });

  it('without its gate is refused', () => {
    const { exits, figures, tensors } = openBundle(randomBundle(architecture, 1));
    const without = new Map([...tensors].filter(([name]) => name !== 'local.gate'));
    const bundle = openBundle(encodeBundle({ architecture, exits, figures }, without));
    expect(() => createLocalTier(bundle)).toThrow('tensor local.gate: missing, expected Int32Array of 7');
  });

  it('may say that an exit never answers: not even what is as sure as can be leaves', () => {
    const { exits, figures, tensors } = openBundle(randomBundle(architecture, 1));
    const never = { ...exits, edge: { ...exits.edge!, threshold: NEVER_EXITS } };
    const { threshold, step } = openBundle(encodeBundle({ architecture, exits: never, figures }, tensors)).exits.edge!;
    expect(new Exit(3, step, threshold).decide([-32_767, 32_767_000, -32_767])).toBe(false);
    const cloud = { ...exits, cloud: { ...exits.cloud, threshold: NEVER_EXITS } };
    expect(() => openBundle(encodeBundle({ architecture, exits: cloud, figures }, tensors))).toThrow(
      'exits.cloud.threshold is -1',
    );
  });

  it('knows no other measure', () => {
    const wrong = text.replace('confidence: gate', 'confidence: luck');
    expect(() => parseArchitecture(wrong, 'gated.yaml')).toThrow(
      'gated.yaml:7: local.confidence must be one of entropy, probability, margin, gate',
    );
  });
});
