import type { Architecture } from '../architecture/architecture.js';

/** Scores of the local exit are sent as one signed byte for each class. */
export const LOCAL_SCORE_LIMIT = 127;
/** Scores of the upper exits stay inside one process, so they may be finer. */
export const UPPER_SCORE_LIMIT = 32_767;

/** The nearest integer number of steps, clamped. */
export function quantise(score: number, step: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, Math.floor(score / step + 0.5)));
}

/** The step with which the largest of `scores` just fits; 1 if all are 0, because a step is never 0. */
export function fitStep(scores: Iterable<number>, limit: number): number {
  let largest = 0;
  for (const score of scores) largest = Math.max(largest, Math.abs(score));
  const step = largest / limit;
  return step > 0 ? step : 1;
}

/**
 * How far below a view's best its lowest score may be, in steps; undefined: scores are whole bytes, each on its own.
 */
export function scoreLevels({ local }: Pick<Architecture, 'local'>): number | undefined {
  const bits = local?.scoreBits ?? 8;
  return bits < 8 ? 2 ** bits - 1 : undefined;
}

/**
 * The value of one unit of an exit's quantised scores, and their range: each on its own, or relative to the best of
 * them.
 */
export interface ScoreScale {
  readonly step: number;
  /** The largest score, either sign. */
  readonly limit: number;
  /** Scores tell how many steps they are below the best, at most this many; left out: each score is on its own. */
  readonly levels?: number | undefined;
}

/** Writes quantised scores. */
export function quantiseScores(
  scores: Float32Array | Float64Array,
  { step, limit, levels }: ScoreScale,
  out: Int32Array,
): void {
  if (levels === undefined) for (let c = 0; c < scores.length; c++) out[c] = quantise(scores[c], step, limit);
  else quantiseBelowBest(scores, step, levels, out);
}

function quantiseBelowBest(scores: Float32Array | Float64Array, step: number, levels: number, out: Int32Array): void {
  let best = scores[0];
  for (let c = 1; c < scores.length; c++) if (scores[c] > best) best = scores[c];
  for (let c = 0; c < scores.length; c++) {
    out[c] = -Math.min(levels, Math.floor((best - scores[c]) / step + 0.5));
  }
}
