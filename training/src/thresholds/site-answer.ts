import { NEVER_EXITS } from '@ddnn/model';
import { type EdgeAnswers, mostConfident } from '../evaluate/every-exit.js';
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

/**
 * Whether the site would be right about a sample with these thresholds: the rule of `answerSample`, without running
 * anything.
 */
export function rightAt(sample: JudgedSample, thresholds: ThresholdPair): boolean {
  const { answers, classIndex } = sample;
  if (!answers.edges) return (lowest(answers, thresholds) ?? answers.cloud).classIndex === classIndex;
  const given = answers.edges.map((edge) => lowest(edge, thresholds));
  const site = given.every((answer) => answer) ? mostConfident(given) : undefined;
  return (site ?? answers.cloud).classIndex === classIndex;
}

/** The answer of the lowest exit of an edge that is sure enough. */
function lowest({ local, edge }: EdgeAnswers, thresholds: ThresholdPair): Answer | undefined {
  if (local && local.uncertainty <= thresholds.local) return local;
  return edge && edge.uncertainty <= thresholds.edge ? edge : undefined;
}
