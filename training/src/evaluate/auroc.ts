/** One answer: how unsure its exit was, and whether it was wrong. */
export interface Judgement {
  readonly uncertainty: number;
  readonly wrong: boolean;
}

/**
 * Area under the ROC curve for telling wrong answers from right ones by uncertainty: the chance that, of a random pair,
 * the wrong answer is the less sure one, with ties counted half (Mann and Whitney). 0.5 is guessing; null: all are
 * right, or all wrong.
 */
export function auroc(judgements: readonly Judgement[]): number | null {
  let right = 0;
  let wrong = 0;
  let won = 0;
  for (const tie of rising(judgements)) {
    const [tiedWrong, tiedRight] = [tie.wrong, tie.count - tie.wrong];
    won += tiedWrong * (right + tiedRight / 2);
    right += tiedRight;
    wrong += tiedWrong;
  }
  return right === 0 || wrong === 0 ? null : won / (right * wrong);
}

/**
 * Area under the accuracy-coverage curve: the accuracy of the k surest answers, averaged over k from 1 to all; 0 to 1.
 * Answers that are equally sure count with the mean of all their orders.
 */
export function accuracyCoverageArea(judgements: readonly Judgement[]): number {
  let seen = 0;
  let right = 0;
  let area = 0;
  for (const { count, wrong } of rising(judgements)) {
    const share = (count - wrong) / count;
    for (let i = 1; i <= count; i++) area += (right + share * i) / (seen + i);
    seen += count;
    right += count - wrong;
  }
  return area / Math.max(1, seen);
}

/** Groups of equal uncertainty, the surest first. */
function* rising(judgements: readonly Judgement[]): Generator<{ readonly count: number; readonly wrong: number }> {
  const sorted = [...judgements].sort((a, b) => a.uncertainty - b.uncertainty);
  for (let start = 0; start < sorted.length; ) {
    let end = start;
    let wrong = 0;
    while (sorted[end]?.uncertainty === sorted[start].uncertainty) wrong += Number(sorted[end++].wrong);
    yield { count: end - start, wrong };
    start = end;
  }
}
