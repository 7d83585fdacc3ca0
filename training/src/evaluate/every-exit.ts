import { type ConfidenceName, edgeReport, siteAnswer, surer } from '@ddnn/model';
import type { ExitAccuracy } from './tally.js';
import { type Answer, ifSure, type Measures, type Tiers } from './tiers.js';

/** What each exit answers to a sample, whether it would be asked or not. */
export interface EveryExit {
  readonly local: Answer | undefined;
  readonly edge: Answer | undefined;
  readonly cloud: Answer;
  /** The site's answer: that of the lowest exits that are sure, else the cloud's. */
  readonly overall: Pick<Answer, 'classIndex' | 'uncertainty' | 'confident'>;
  /** What each edge says that has a present view; left out where the site has one edge. */
  readonly edges?: readonly EdgeAnswers[];
}

/** The exits of one edge. */
export type EdgeAnswers = Pick<EveryExit, 'local' | 'edge'>;

/** Asks every exit about a sample; undefined where no view is present. */
export function askEveryExit(tiers: Tiers, images: readonly (Uint8Array | null)[]): EveryExit | undefined {
  return tiers.present(images) === 0 ? undefined : askAgain(tiers);
}

/** Asks every exit about the sample that the tiers hold, with the views that remain: at least one. */
export function askAgain(tiers: Tiers): EveryExit {
  const edges = [...tiers.groups.keys()].filter((edge) => tiers.groupMask(edge) !== 0);
  const locals = edges.map((edge) => tiers.local(edge));
  const above = edges.map((edge) => tiers.edge(edge));
  const cloud = tiers.answerInCloud();
  const site = siteAnswer(edges.map((edge, i) => edgeReport(edge, ifSure(locals[i]), ifSure(above[i]))));
  return {
    local: mostConfident(locals),
    edge: mostConfident(above),
    cloud,
    overall: site.exit === 'cloud' ? cloud : { ...site, confident: true },
    ...(tiers.groups.length > 1 && { edges: edges.map((_, i) => ({ local: locals[i], edge: above[i] })) }),
  };
}

/** The joint answer of the exits of one kind at several edges (configuration f), sure or not. */
function mostConfident(answers: readonly (Answer | undefined)[]): Answer | undefined {
  const given = answers.filter((answer) => answer !== undefined);
  if (given.length < 2) return given[0];
  const best = given.reduce(surer);
  return {
    classIndex: best.classIndex,
    uncertainty: Math.max(...given.map((answer) => answer.uncertainty)),
    measures: leastSure(given),
    confident: given.every((answer) => answer.confident),
  };
}

function leastSure(given: readonly Answer[]): Measures {
  const names = Object.keys(given[0].measures ?? {}) as ConfidenceName[];
  return Object.fromEntries(names.map((name) => [name, Math.max(...given.map((answer) => answer.measures![name]!))]));
}

/**
 * Accuracy of each exit where it answers every sample.
 *
 * @param asked undefined for a sample without a present view, which every exit gets wrong
 * @param labels class index of each sample
 */
export function accuracyOfExits(asked: readonly (EveryExit | undefined)[], labels: readonly number[]): ExitAccuracy {
  return ofExits(asked, labels, (right) => right.filter(Boolean).length / Math.max(1, right.length));
}

/** A figure of each exit that there is, from which samples it gets right. */
export function ofExits(
  asked: readonly (EveryExit | undefined)[],
  labels: readonly number[],
  figure: (right: boolean[]) => number,
): ExitAccuracy {
  const of = (exit: keyof ExitAccuracy) => figure(asked.map((answers, i) => answers?.[exit]?.classIndex === labels[i]));
  const has = (['local', 'edge'] as const).filter((exit) => asked.some((answers) => answers?.[exit]));
  return { ...Object.fromEntries(has.map((exit) => [exit, of(exit)])), cloud: of('cloud') };
}

/** Figures of a bundle have flat names: `localAccuracy` and so on. */
export function exitFigures(accuracy: ExitAccuracy): Record<string, number> {
  return Object.fromEntries(Object.entries(accuracy).map(([exit, share]) => [`${exit}Accuracy`, share]));
}
