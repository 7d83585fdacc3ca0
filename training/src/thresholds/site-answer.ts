import { edgeReport, NEVER_EXITS, type SiteReport, siteAnswer } from '@ddnn/model';
import type { EdgeAnswers } from '../evaluate/every-exit.js';
import type { Answer } from '../evaluate/tiers.js';
import type { JudgedSample } from './thresholds.js';

/** Thresholds of both exits; `NEVER_EXITS` for one that is not there. */
export interface ThresholdPair {
  readonly local: number;
  readonly edge: number;
}

/** Everything goes to the cloud. */
export const ALL_TO_CLOUD: ThresholdPair = { local: NEVER_EXITS, edge: NEVER_EXITS };

/** The exits of each edge of a judged sample that has a present view. */
export function edgesOf({ answers }: JudgedSample): readonly EdgeAnswers[] {
  return answers.edges ?? [answers];
}

/** What each edge of a judged sample would say with these thresholds, by its place in {@link edgesOf}. */
export function reportsAt(sample: JudgedSample, thresholds: ThresholdPair): SiteReport<number>[] {
  return edgesOf(sample).map(({ local, edge }, i) =>
    edgeReport(i, within(local, thresholds.local), within(edge, thresholds.edge)),
  );
}

/** Whether the site would be right about a sample with these thresholds, without running anything. */
export function rightAt(sample: JudgedSample, thresholds: ThresholdPair): boolean {
  const site = siteAnswer(reportsAt(sample, thresholds));
  return (site.exit === 'cloud' ? sample.answers.cloud : site).classIndex === sample.classIndex;
}

function within(answer: Answer | undefined, threshold: number): Answer | undefined {
  return answer && answer.uncertainty <= threshold ? answer : undefined;
}
