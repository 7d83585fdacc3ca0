import { type Bundle, type BundleHeader, inferShapes, type ResolvedArchitecture, type Tensor } from '@ddnn/model';
import type { CodeFigures } from '../code/learn-codes.js';
import { selectionWeights } from '../data/class-weights.js';
import type { DataSet } from '../data/data-set.js';
import { confidenceFigures, confidenceTable } from '../evaluate/confidence-table.js';
import { accuracyOfExits, exitFigures } from '../evaluate/every-exit.js';
import { fitGates, gatedExits } from '../thresholds/gate-fit.js';
import { judgeSamples, judgeSurvivors } from '../thresholds/judge-samples.js';
import { chooseFor, goalFigures, type ThresholdGoal } from '../thresholds/threshold-goal.js';
import type { JudgedSample } from '../thresholds/thresholds.js';
import type { Recipe } from './recipe.js';
import type { RowRoles } from './row-roles.js';
import type { TrainedBundle, TrainingReport } from './training-report.js';

type Tensors = Map<string, Tensor>;

/** What was trained, and the rows to judge it on. */
export interface JudgedNetwork {
  readonly architecture: ResolvedArchitecture;
  readonly recipe: Recipe;
  readonly data: DataSet;
  readonly labels: readonly number[];
  readonly rows: RowRoles;
  readonly goal: ThresholdGoal | undefined;
  /** Mean lengths of its coded scores and features; undefined: they are not coded. */
  readonly coded: CodeFigures | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Thresholds, and the accuracies by which they were chosen. */
export interface NetworkVerdict {
  readonly thresholds: { readonly local: number; readonly edge: number };
  readonly figures: BundleHeader['figures'];
  readonly report: Pick<
    TrainingReport,
    'accuracy' | 'balancedAccuracy' | 'exitAccuracy' | 'gateRows' | 'confidence' | 'certificate' | 'budget'
  >;
}

/**
 * Fits the gates, asks the packed exits about the held-out rows and chooses the thresholds.
 *
 * @param tensors of the bundle; the gates are added
 * @param draft opens the bundle as it is, with any thresholds
 */
export async function judgeNetwork(
  { architecture, recipe, data, labels, rows, goal, coded, signal }: JudgedNetwork,
  tensors: Tensors,
  draft: () => Bundle,
): Promise<NetworkVerdict> {
  const { local, edge } = architecture;
  await fitGates(architecture, tensors, draft, { data, labels, rows: rows.gate, signal });
  const judged = await judgeSamples(draft(), data, labels, rows.thresholds, signal);
  const weights = selectionWeights(recipe, { labels, rows: rows.thresholds }, architecture.classes.length);
  const weigh = (samples: readonly JudgedSample[], share = 1) =>
    samples.map((sample) => ({ ...sample, weight: (weights?.[sample.classIndex] ?? 1) * share }));
  // A network that has learned to lose cameras must exit where that is right with one camera lost too. And a few rows
  // become more this way.
  const survivors =
    recipe.viewDropout && !goal ? await judgeSurvivors(draft(), data, labels, rows.thresholds, signal) : [];
  const choice = chooseFor(goal, {
    samples: weigh(judged),
    survivors: weigh(survivors, 1 / architecture.views),
    bundle: { architecture, shapes: inferShapes(architecture), ...(coded && { figures: coded }) },
    leastUp: recipe.leastUp,
    slack: recipe.slack,
    fixed: { local: local?.threshold, edge: edge?.threshold },
  });
  const asked = judged.map(({ answers }) => answers);
  const truth = judged.map(({ classIndex }) => classIndex);
  const exitAccuracy = accuracyOfExits(asked, truth);
  const confidence = confidenceTable(asked, truth);
  const gateRows = rows.gate.length;
  const { thresholds, accuracy, balancedAccuracy, ...ofGoal } = choice;
  return {
    thresholds,
    figures: {
      accuracy,
      ...exitFigures(exitAccuracy),
      // Only for architectures that name a measure, so that other bundles do not change.
      ...((local?.confidence || edge?.confidence) && confidenceFigures(confidence)),
      ...(gateRows > 0 && { gateRows }),
      ...goalFigures(choice),
    },
    report: { accuracy, balancedAccuracy, exitAccuracy, gateRows, confidence, ...ofGoal },
  };
}

/**
 * The results of the same network before it was also trained on the rows that judged it.
 *
 * @param tensors of the new bundle; the gates are added
 */
export function takeOver({ bundle, report }: TrainedBundle, tensors: Tensors): NetworkVerdict {
  const { architecture, exits, figures } = bundle;
  const { accuracy, balancedAccuracy, exitAccuracy, gateRows, confidence, budget } = report;
  const judgement = { accuracy, balancedAccuracy, exitAccuracy, gateRows, confidence, ...(budget && { budget }) };
  for (const exit of gatedExits(architecture)) tensors.set(`${exit}.gate`, bundle.tensors.get(`${exit}.gate`)!);
  return {
    thresholds: { local: exits.local?.threshold ?? 1, edge: exits.edge?.threshold ?? 1 },
    figures: { ...figures, rows: report.rows + report.heldOutRows, heldOutRows: 0, judgedRows: report.heldOutRows },
    report: judgement,
  };
}
