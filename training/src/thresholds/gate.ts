import { evidenceNames, GATE_UNIT } from '@ddnn/model';

/** One answer of an exit of which it is known whether it was wrong. */
export interface GateExample {
  /** By `evidenceNames`. */
  readonly evidence: Float64Array;
  readonly wrong: boolean;
}

/** How strongly coefficients are pulled towards those of entropy alone: as strongly as by a few examples. */
const RIDGE = 1;
const STEPS = 30;
const LARGEST = 2 ** 31 - 1;
/** Evidence that varies less than this tells nothing, and its coefficient would not fit into an integer. */
const LEAST_SPREAD = 1e-3;

/**
 * Fits a gate: the logistic regression of "wrong" on the evidence, by Newton's method, as integers of `GATE_UNIT`.
 * Coefficients are pulled towards those of a gate that follows entropy, so with few wrong answers it orders samples
 * nearly as entropy does.
 */
export function fitGate(examples: readonly GateExample[]): Int32Array {
  const centre = evidenceNames.map((_, i) => mean(examples.map(({ evidence }) => evidence[i])));
  const spread = centre.map((middle, i) => {
    const deviation = Math.sqrt(mean(examples.map(({ evidence }) => (evidence[i] - middle) ** 2)));
    return deviation < LEAST_SPREAD ? 0 : deviation;
  });
  const rows = examples.map(({ evidence }) => [
    1,
    ...centre.map((middle, i) => (spread[i] === 0 ? 0 : (evidence[i] - middle) / spread[i])),
  ]);
  const weights = regress(
    rows,
    examples.map(({ wrong }) => Number(wrong)),
  );
  const slopes = spread.map((deviation, i) => (deviation === 0 ? 0 : weights[i + 1] / deviation));
  const constant = slopes.reduce((sum, slope, i) => sum - slope * centre[i], weights[0]);
  return Int32Array.from([constant, ...slopes], (value) =>
    Math.max(-LARGEST, Math.min(LARGEST, Math.round(value * GATE_UNIT))),
  );
}

/** Coefficients of the constant and of each standardised piece of evidence. */
function regress(rows: readonly number[][], targets: readonly number[]): number[] {
  const wrong = targets.reduce((sum, target) => sum + target, 0);
  // The constant is pulled towards the share of wrong answers, with half a case added on either side.
  const odds = (wrong + 0.5) / (targets.length - wrong + 0.5);
  const prior = [Math.log(odds), ...evidenceNames.map((name) => Number(name === 'entropy'))];
  let weights = [...prior];
  let cost = costOf(rows, targets, weights, prior);
  for (let step = 0; step < STEPS; step++) {
    const gradient = weights.map((weight, i) => RIDGE * (weight - prior[i]));
    const curvature = weights.map((_, i) => weights.map((_, j) => (i === j ? RIDGE : 0)));
    for (const [at, row] of rows.entries()) {
      const p = 1 / (1 + Math.exp(-dot(row, weights)));
      for (let i = 0; i < row.length; i++) {
        gradient[i] += (p - targets[at]) * row[i];
        for (let j = 0; j < row.length; j++) curvature[i][j] += p * (1 - p) * row[i] * row[j];
      }
    }
    const change = solve(curvature, gradient);
    // Newton may jump too far where p is near 0 or 1.
    let length = 1;
    let next = weights;
    let nextCost = Number.POSITIVE_INFINITY;
    while (nextCost > cost && length > 1e-6) {
      next = weights.map((weight, i) => weight - length * change[i]);
      nextCost = costOf(rows, targets, next, prior);
      length /= 2;
    }
    if (!(nextCost < cost)) break;
    [weights, cost] = [next, nextCost];
  }
  return weights;
}

function costOf(
  rows: readonly number[][],
  targets: readonly number[],
  weights: readonly number[],
  prior: readonly number[],
): number {
  let cost = weights.reduce((sum, weight, i) => sum + (RIDGE / 2) * (weight - prior[i]) ** 2, 0);
  for (const [at, row] of rows.entries()) {
    const z = dot(row, weights) * (targets[at] === 1 ? -1 : 1);
    cost += Math.max(0, z) + Math.log1p(Math.exp(-Math.abs(z)));
  }
  return cost;
}

/** Solves a symmetric positive definite system by elimination; both arguments are used up. */
function solve(matrix: number[][], right: number[]): number[] {
  const size = right.length;
  for (let i = 0; i < size; i++) {
    for (let row = i + 1; row < size; row++) {
      const factor = matrix[row][i] / matrix[i][i];
      for (let j = i; j < size; j++) matrix[row][j] -= factor * matrix[i][j];
      right[row] -= factor * right[i];
    }
  }
  const result = new Array<number>(size).fill(0);
  for (let i = size - 1; i >= 0; i--) {
    let sum = right[i];
    for (let j = i + 1; j < size; j++) sum -= matrix[i][j] * result[j];
    result[i] = sum / matrix[i][i];
  }
  return result;
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
