import { exactExp } from '../numbers/exact-math.js';

/**
 * How an exit measures how unsure it is, 0 (sure) to 1. With p1 and p2 the two largest softmax probabilities:
 * normalised `entropy` (DDNN, section III-D), `probability` 1 - p1, `margin` 1 - (p1 - p2), and `gate`, the probability
 * of being wrong that a logistic regression on the {@link evidenceNames evidence} learnt.
 */
export const confidenceNames = ['entropy', 'probability', 'margin', 'gate'] as const;
export type ConfidenceName = (typeof confidenceNames)[number];

/**
 * What an exit knows about its answer (its *evidence*), and the place of each value: the three measures; `gap`, how far
 * the second score is below the first, and `height`, the first score itself, both in units of the logits; `present`,
 * how many sources took part. The coefficients of a gate have this order, so it must not change.
 */
export const Evidence = { entropy: 0, probability: 1, margin: 2, gap: 3, height: 4, present: 5 } as const;

/** Names by place. */
export const evidenceNames = Object.keys(Evidence) as (keyof typeof Evidence)[];

/** A threshold below every uncertainty, even below 0: everything goes up. */
export const NEVER_EXITS = -1;

/** One unit of a gate's integer coefficients is 1/4096. */
export const GATE_UNIT = 4096;
/** Length of a gate: its constant, then one coefficient for each of {@link evidenceNames}. */
export const GATE_LENGTH = evidenceNames.length + 1;

/** The uncertainty that a gate computes from the evidence: 1 / (1 + e^-z), with the same bits on every engine. */
export function gateUncertainty(gate: Int32Array, evidence: Float64Array): number {
  let sum = gate[0];
  for (let i = 0; i < evidence.length; i++) sum += gate[i + 1] * evidence[i];
  const logit = sum / GATE_UNIT;
  const power = exactExp(-Math.abs(logit));
  return logit < 0 ? power / (1 + power) : 1 / (1 + power);
}
