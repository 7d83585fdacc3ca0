import { type Bundle, type ResolvedArchitecture, resolveArchitecture } from '@ddnn/model';
import type { DataSet, SweepData, SweepOptions, SweepProgress } from '@ddnn/training';
import pc from 'picocolors';
import { UsageError } from '../terminal/failure.js';
import type { ProgressLine } from '../terminal/progress.js';
import { clock, counted } from '../terminal/words.js';
import { loadFor, type ManifestFlags, readArchitecture } from './open-bundle.js';

/** Options of commands that train further networks besides the given bundle. */
export interface TrainAgainFlags extends ManifestFlags {
  readonly trainSplit?: string;
  readonly arch?: string;
  readonly epochs: number;
  readonly seed: number;
  readonly backend?: SweepOptions['backend'];
}

/** What to train instead of the bundle's own architecture: `--arch`, with the views and classes of the bundle. */
export async function architectureFor(bundle: Bundle, arch: string | undefined): Promise<ResolvedArchitecture> {
  if (arch === undefined) return bundle.architecture;
  const { views, classes, input } = bundle.architecture;
  const architecture = resolveArchitecture(await readArchitecture(arch), { views, classes });
  const differs = (['height', 'width', 'channels'] as const).some((key) => architecture.input[key] !== input[key]);
  if (differs) throw new UsageError(`${arch}: its input is not that of bundle ${bundle.architecture.name}`);
  return architecture;
}

/** Refuses a call that does not say what to train on. `what`: the option that needs it, for the message. */
export function checkTrainAgain({ trainSplit, split }: TrainAgainFlags, what: string): void {
  if (trainSplit === undefined) {
    throw new UsageError(`${what} trains networks: name their rows with --train-split, as --train-split train`);
  }
  if (split === undefined || split === trainSplit) {
    throw new UsageError(`${what} measures on rows that were not trained on: name them with --split, as --split test`);
  }
}

/** Loads the rows to train on beside those to measure on. */
export async function trainingRows(bundle: Bundle, test: DataSet, flags: TrainAgainFlags): Promise<SweepData> {
  return { test, train: await loadFor(bundle, { ...flags, split: flags.trainSplit }) };
}

/** How to train, with a progress line over all networks that says once how long it will take. */
export function trainingOptions(flags: TrainAgainFlags, line: ProgressLine, signal: AbortSignal): SweepOptions {
  const { epochs, seed, backend } = flags;
  return { epochs, seed, backend, signal, onProgress: sweepProgress(line) };
}

function sweepProgress(line: ProgressLine): (progress: SweepProgress) => void {
  return ({ network, networks, name, epoch, epochs, share, secondsLeft }) => {
    if (network === 1 && epoch === 1) {
      line.end();
      const total = clock(secondsLeft / (1 - share || 1));
      process.stderr.write(
        pc.dim(`${counted(networks, 'network')} of ${counted(epochs, 'epoch')}, about ${total} in all\n`),
      );
    }
    const left = `${clock(secondsLeft)} left`;
    line.update(share, `${network}/${networks} ${name}  epoch ${epoch}/${epochs}  ${left}`);
  };
}
