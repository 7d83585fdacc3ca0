import type { EveryExit } from './every-exit.js';

/** A sample of known class that every exit was asked about. */
export interface JudgedSample {
  readonly classIndex: number;
  readonly answers: EveryExit;
}

/**
 * Chooses the thresholds with the best overall accuracy on samples that training never saw, from the top down: first the edge's
 * (against the cloud), then the local exit's (against what is above it). Among equals the largest, which sends the fewest bytes; but never
 * above the largest entropy seen, so that a sample less sure than all of these goes up.
 */
export function chooseThresholds(samples: readonly JudgedSample[]): { local: number; edge: number } {
  const above = samples.map(({ classIndex, answers }) => answers.cloud.classIndex === classIndex);
  const edge = chooseThreshold(samples, 'edge', above);
  const local = chooseThreshold(samples, 'local', edge.right);
  return { local: local.threshold, edge: edge.threshold };
}

/** @param above whether the exits above get each sample right */
function chooseThreshold(
  samples: readonly JudgedSample[],
  exit: 'local' | 'edge',
  above: readonly boolean[],
): { threshold: number; right: readonly boolean[] } {
  const asked = samples
    .map(({ classIndex, answers }, i) => ({ i, answer: answers[exit], classIndex }))
    .flatMap(({ i, answer, classIndex }) =>
      answer ? [{ i, entropy: answer.entropy, right: answer.classIndex === classIndex }] : [],
    )
    .sort((a, b) => a.entropy - b.entropy);
  let threshold = 0;
  let gain = 0;
  let best = 0;
  for (const [place, { i, entropy, right }] of asked.entries()) {
    gain += Number(right) - Number(above[i]);
    // Equal entropies leave together.
    if (asked[place + 1]?.entropy === entropy) continue;
    if (gain >= best) {
      best = gain;
      threshold = entropy;
    }
  }
  const result = [...above];
  for (const { i, entropy, right } of asked) if (entropy <= threshold) result[i] = right;
  return { threshold, right: result };
}
