import type { Bundle } from '@ddnn/model';
import { type DataSet, type EvalResult, evaluate } from '@ddnn/training';
import { confidenceTable } from '../terminal/confidence-table.js';
import { UsageError } from '../terminal/failure.js';
import { missingTable } from '../terminal/missing-table.js';
import { jsonLines, printJson } from '../terminal/output.js';
import { withProgress } from '../terminal/progress.js';
import { resultTable } from '../terminal/result-table.js';
import { retrainedTable } from '../terminal/retrained-table.js';
import { loadFor, readBundle } from './open-bundle.js';
import { openOutput } from './output-file.js';
import { retrainSurvivors } from './retrained.js';
import { type SweepFlags, sweep } from './sweep.js';
import { checkTrainAgain } from './train-again.js';

/** Options of `ddnn eval`. */
export interface EvalFlags extends Omit<SweepFlags, 'sweep'> {
  /** One bundle, or several. */
  readonly bundle: readonly string[];
  readonly threshold?: number;
  readonly edgeThreshold?: number;
  readonly lost?: readonly number[];
  readonly batchSamples: number;
  readonly recordsBatch?: number;
  readonly perExit?: boolean;
  readonly missing?: boolean;
  readonly retrainedPairs: number;
  readonly sweep?: string;
  readonly verdicts?: string;
}

/** `ddnn eval`: the packed sections on recorded images, in this process. */
export async function evalCommand(flags: EvalFlags): Promise<void> {
  if (flags.retrained) {
    checkTrainAgain(flags, '--retrained');
    if (flags.arch) throw new UsageError('--retrained trains the bundle’s own architecture: leave --arch out');
    if (!flags.missing && flags.sweep !== 'cameras')
      throw new UsageError('--retrained goes with --missing or --sweep cameras');
  }
  if (
    flags.sweep !== undefined &&
    (flags.lost || flags.perExit || flags.missing || flags.verdicts || flags.batchSamples > 1)
  )
    throw new UsageError(
      '--sweep stands alone: leave --lost, --per-exit, --missing, --batch-samples and --verdicts out',
    );
  if (flags.bundle.length > 1) {
    if (flags.sweep || flags.retrained) throw new UsageError('--sweep and --retrained take one --bundle');
    return (await import('./eval-bundles.js')).evalBundles(flags);
  }
  if (flags.sweep !== undefined) {
    const swept = await readBundle(flags.bundle[0]);
    const thresholds = { local: flags.threshold, edge: flags.edgeThreshold };
    return sweep(swept, await loadFor(swept, flags), thresholds, { ...flags, sweep: flags.sweep });
  }
  const file = flags.verdicts === undefined ? undefined : await openOutput('--verdicts', flags.verdicts, flags);
  const { bundle, data, summary, outcomes } = await evaluateBundle(flags.bundle[0], flags);
  if (file) {
    const { classes } = bundle.architecture;
    const named = outcomes.map(({ classIndex, ...outcome }) => ({ ...outcome, class: classes[classIndex] ?? 'none' }));
    await file.write(jsonLines(named));
  }
  const missing = summary.missing;
  const retrained =
    flags.retrained && missing ? await retrainSurvivors(bundle, data, missing, flags.retrainedPairs, flags) : undefined;
  if (flags.json) printJson(retrained ? { ...summary, missing: { ...missing, retrained } } : summary);
  else {
    process.stdout.write(`${resultTable(summary)}\n`);
    if (summary.confidence) process.stdout.write(confidenceTable(summary.confidence));
    if (missing) process.stdout.write(`${missingTable(missing)}\n`);
    if (missing && retrained) process.stdout.write(`${retrainedTable(missing, retrained)}\n`);
  }
}

/** Evaluates one bundle file, with a progress line. */
export async function evaluateBundle(
  file: string,
  flags: EvalFlags,
): Promise<EvalResult & { bundle: Bundle; data: DataSet }> {
  const bundle = await readBundle(file);
  const data = await loadFor(bundle, flags);
  const thresholds = { local: flags.threshold, edge: flags.edgeThreshold };
  const batching = { samples: flags.batchSamples, records: flags.recordsBatch };
  const { lost, perExit, missing } = flags;
  const result = await withProgress(`evaluating ${file}`, (onProgress) =>
    evaluate({ bundle, data, thresholds, lost, batching, perExit, missing, onProgress }),
  );
  return { ...result, bundle, data };
}
