import {
  checkSeeds,
  type MeasuredBundle,
  measureBundle,
  noSweeps,
  renderReport,
  retrainAll,
  type TrainedSweeps,
} from '@ddnn/training';
import pc from 'picocolors';
import { untilInterrupted } from '../terminal/interrupt.js';
import { printJson } from '../terminal/output.js';
import { ProgressLine } from '../terminal/progress.js';
import { bytes, shellWord } from '../terminal/words.js';
import { loadFor, readBundle } from './open-bundle.js';
import { openOutput } from './output-file.js';
import { checkTrainAgain, type TrainAgainFlags, trainingOptions, trainingRows } from './train-again.js';

interface ReportFlags extends Omit<TrainAgainFlags, 'arch'> {
  readonly bundle: readonly string[];
  readonly out: string;
  readonly retrain?: boolean;
  readonly json?: boolean;
}

/**
 * `ddnn report`: everything that can be measured of a bundle, as one HTML page. Several bundles are seeds of one
 * network.
 */
export async function report(flags: ReportFlags): Promise<void> {
  if (flags.retrain) checkTrainAgain(flags, '--retrain');
  const out = await openOutput('--out', flags.out, flags);
  const bundles = await Promise.all(flags.bundle.map(readBundle));
  checkSeeds(bundles);
  const data = await loadFor(bundles[0], flags);
  const line = new ProgressLine();
  const measured: MeasuredBundle[] = [];
  for (const [i, bundle] of bundles.entries()) {
    const onProgress = (done: number, samples: number) => {
      const share = (i + done / samples) / bundles.length;
      line.update(share, `measuring bundle ${i + 1}/${bundles.length}`);
    };
    measured.push(await measureBundle(bundle, data, { onProgress }));
  }
  line.end();
  let trained: TrainedSweeps | undefined;
  if (flags.retrain) {
    const sweeps = noSweeps(flags);
    trained = sweeps;
    const both = await trainingRows(bundles[0], data, flags);
    const work = (signal: AbortSignal) =>
      retrainAll(measured[0], both, trainingOptions(flags, line, signal), sweeps).finally(() => line.end());
    await untilInterrupted(work, () => '\ninterrupted: the report shows what is trained so far');
  }
  const page = Buffer.from(renderReport({ data, split: flags.split, measured, trained, command: thisCall() }));
  await out.write(page);
  if (flags.json) {
    const figures = measured.map(({ bundle, summary, thresholds, single, cameras }) => ({
      bundle: bundle.id,
      ...summary,
      thresholds,
      single,
      cameras,
    }));
    printJson({ report: flags.out, bytes: page.length, bundles: figures, ...(trained && { trained }) });
    return;
  }
  process.stdout.write(`${pc.green('✓')} ${flags.out}  ${bytes(page.length)}\n`);
  if (!flags.retrain) {
    process.stdout.write(pc.dim('--retrain --train-split NAME adds aggregators, filters and retrained networks\n'));
  }
}

/** The command line as it was typed, so that a user can type it again. */
function thisCall(): string {
  return ['ddnn', ...process.argv.slice(2).map(shellWord)].join(' ');
}
