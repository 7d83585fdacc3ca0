import { CERTAIN, LEAST, type ScoreShares, scoreShareCount, visitScores } from '@ddnn/model';

/** Each answer counts as if it had been given this often already, so that an answer that never came stays possible. */
const DOUBT = 0.5;

/**
 * Learns what `ScoreCode` needs for the scores of one view: how often each question was answered with "more".
 *
 * @param levels how far below the best the lowest score is
 * @param scores of samples that the view saw, 0 down to -levels
 */
export function learnScoreCode(classes: number, levels: number, scores: readonly Int8Array[]): ScoreShares {
  const asked = new Float64Array(scoreShareCount(classes, levels)).fill(2 * DOUBT);
  const more = new Float64Array(asked.length).fill(DOUBT);
  for (const sample of scores) {
    visitScores(classes, levels, (question, level, c) => {
      const answer = -sample[c] > level ? 1 : 0;
      asked[question]++;
      more[question] += answer;
      return answer;
    });
  }
  return Uint16Array.from(asked, (count, question) => {
    const share = Math.round((more[question] / count) * CERTAIN);
    return Math.max(LEAST, Math.min(CERTAIN - LEAST, share));
  });
}
