/** Scores of the local exit travel as one signed byte a class. */
export const LOCAL_SCORE_LIMIT = 127;
/** Scores of the upper exits stay inside one process, so they may be finer. */
export const UPPER_SCORE_LIMIT = 32_767;

/** The nearest integer number of steps, clamped. */
export function quantise(score: number, step: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, Math.floor(score / step + 0.5)));
}

/** The step with which the largest of `scores` just fits; 1 where all are 0, for a step is never 0. */
export function fitStep(scores: Iterable<number>, limit: number): number {
  let largest = 0;
  for (const score of scores) largest = Math.max(largest, Math.abs(score));
  const step = largest / limit;
  return step > 0 ? step : 1;
}
