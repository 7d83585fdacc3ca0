import { type ConfidenceName, confidenceNames } from '@ddnn/model';
import { accuracyCoverageArea, auroc, type Judgement } from './auroc.js';
import type { EveryExit } from './every-exit.js';

/** How well one measure tells an exit's wrong answers from its right ones. */
export interface ConfidenceQuality {
  /** Chance that a wrong answer is less sure than a right one; null where all are right, or all wrong. */
  readonly auroc: number | null;
  /** Accuracy of the surest samples that leave, averaged over all shares that may leave. */
  readonly accuracyCoverage: number;
}

/** Every measure that an exit has. */
export type MeasureQuality = Readonly<Partial<Record<ConfidenceName, ConfidenceQuality>>>;

/** The measures of each exit that decides who leaves; `gate` only where the bundle has one. */
export interface ConfidenceTable {
  readonly local?: MeasureQuality;
  readonly edge?: MeasureQuality;
}

/**
 * Compares the measures on samples of known class.
 *
 * @param asked undefined for a sample without a present view: left out
 * @param labels class index of each sample
 */
export function confidenceTable(asked: readonly (EveryExit | undefined)[], labels: readonly number[]): ConfidenceTable {
  const table: { -readonly [exit in keyof ConfidenceTable]: MeasureQuality } = {};
  for (const exit of ['local', 'edge'] as const) {
    const quality: Partial<Record<ConfidenceName, ConfidenceQuality>> = {};
    for (const name of confidenceNames) {
      const judgements = asked.flatMap((answers, i): Judgement[] => {
        const answer = answers?.[exit];
        const uncertainty = answer?.measures?.[name];
        return uncertainty === undefined ? [] : [{ uncertainty, wrong: answer!.classIndex !== labels[i] }];
      });
      if (judgements.length === 0) continue;
      quality[name] = { auroc: auroc(judgements), accuracyCoverage: accuracyCoverageArea(judgements) };
    }
    if (Object.keys(quality).length > 0) table[exit] = quality;
  }
  return table;
}

/** The AUROCs as figures of a bundle: `localMarginAuroc` and so on. */
export function confidenceFigures(table: ConfidenceTable): Record<string, number> {
  const figures: Record<string, number> = {};
  for (const [exit, measures] of Object.entries(table) as [string, MeasureQuality][]) {
    for (const [name, { auroc }] of Object.entries(measures)) {
      if (auroc !== null) figures[`${exit}${name[0].toUpperCase()}${name.slice(1)}Auroc`] = auroc;
    }
  }
  return figures;
}
