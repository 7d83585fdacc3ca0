import { evaluate } from '@ddnn/training';
import { missingTable } from '../terminal/missing-table.js';
import { printJson, writeLines } from '../terminal/output.js';
import { ProgressLine } from '../terminal/progress.js';
import { resultTable } from '../terminal/result-table.js';
import { loadFor, type ManifestFlags, readBundle } from './open-bundle.js';

interface EvalFlags extends ManifestFlags {
  readonly bundle: string;
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
  const bundle = await readBundle(flags.bundle);
  const data = await loadFor(bundle, flags);
  const line = new ProgressLine();
  const { summary, outcomes } = await evaluate({
    bundle,
    data,
    thresholds: {
      ...(flags.threshold === undefined ? {} : { local: flags.threshold }),
      ...(flags.edgeThreshold === undefined ? {} : { edge: flags.edgeThreshold }),
    },
    lost: flags.lost,
    perExit: flags.perExit,
    missing: flags.missing,
    onProgress: (done, samples) => line.update(done / samples, `evaluating ${done}/${samples}`),
  });
  line.end();
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
    if (summary.missing) process.stdout.write(`${missingTable(summary.missing)}\n`);
  }
}
