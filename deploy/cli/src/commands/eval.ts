import type { Bundle } from '@ddnn/model';
import { type EvalResult, evaluate } from '@ddnn/training';
import { confidenceTable } from '../terminal/confidence-table.js';
import { missingTable } from '../terminal/missing-table.js';
import { printJson, writeLines } from '../terminal/output.js';
import { ProgressLine } from '../terminal/progress.js';
import { resultTable } from '../terminal/result-table.js';
import { loadFor, type ManifestFlags, readBundle } from './open-bundle.js';

/** Options of `ddnn eval`. */
export interface EvalFlags extends ManifestFlags {
  /** One bundle, or several. */
  readonly bundle: readonly string[];
  readonly threshold?: number;
  readonly edgeThreshold?: number;
  readonly lost?: readonly number[];
  readonly perExit?: boolean;
  readonly missing?: boolean;
  readonly verdicts?: string;
  readonly json?: boolean;
}

/** `ddnn eval`: the packed sections on recorded images, in this process. */
export async function evalCommand(flags: EvalFlags): Promise<void> {
  if (flags.bundle.length > 1) return (await import('./eval-bundles.js')).evalBundles(flags);
  const { bundle, summary, outcomes } = await evaluateBundle(flags.bundle[0], flags);
  if (flags.verdicts) {
    const { classes } = bundle.architecture;
    await writeLines(
      flags.verdicts,
      outcomes.map(({ classIndex, ...outcome }) => ({ ...outcome, class: classes[classIndex] ?? 'none' })),
    );
  }
  if (flags.json) printJson(summary);
  else {
    process.stdout.write(`${resultTable(summary)}\n`);
    if (summary.confidence) process.stdout.write(confidenceTable(summary.confidence));
    if (summary.missing) process.stdout.write(`${missingTable(summary.missing)}\n`);
  }
}

/** Evaluates one bundle file, with a progress line. */
export async function evaluateBundle(file: string, flags: EvalFlags): Promise<EvalResult & { bundle: Bundle }> {
  const bundle = await readBundle(file);
  const data = await loadFor(bundle, flags);
  const line = new ProgressLine();
  const result = await evaluate({
    bundle,
    data,
    thresholds: {
      ...(flags.threshold === undefined ? {} : { local: flags.threshold }),
      ...(flags.edgeThreshold === undefined ? {} : { edge: flags.edgeThreshold }),
    },
    lost: flags.lost,
    perExit: flags.perExit,
    missing: flags.missing,
    onProgress: (done, samples) => line.update(done / samples, `evaluating ${file} ${done}/${samples}`),
  });
  line.end();
  return { ...result, bundle };
}
