import type { Bundle } from '@ddnn/model';
import {
  aggregatorVariants,
  type DataSet,
  filterVariants,
  paper,
  type Retrained,
  sweepCameras,
  sweepRetrained,
  sweepSingle,
  sweepThreshold,
  sweepTrained,
  type Thresholds,
  type TrainedRow,
} from '@ddnn/training';
import { UsageError } from '../terminal/failure.js';
import { untilInterrupted } from '../terminal/interrupt.js';
import { printJson } from '../terminal/output.js';
import { ProgressLine, withProgress } from '../terminal/progress.js';
import { aggregatorTable, cameraTable, filterTable, singleTable, thresholdTable } from '../terminal/sweep-tables.js';
import {
  architectureFor,
  checkTrainAgain,
  type TrainAgainFlags,
  trainingOptions,
  trainingRows,
} from './train-again.js';

/** Options of `ddnn eval --sweep`. */
export interface SweepFlags extends TrainAgainFlags {
  readonly sweep: string;
  readonly retrained?: boolean;
  readonly json?: boolean;
}

/** What a sweep prints: the JSON document, and the same as a table. */
interface Swept {
  readonly rows: readonly object[];
  readonly paper: unknown;
  readonly table: string;
}

interface SweepInput {
  readonly bundle: Bundle;
  readonly data: DataSet;
  readonly thresholds: Thresholds;
  readonly flags: SweepFlags;
}

/** What a progress line calls a pass over the samples. */
const PASS = 'evaluating';

const sweeps: Readonly<Record<string, (input: SweepInput) => Promise<Swept>>> = {
  threshold: sweepOfThreshold,
  cameras: sweepOfCameras,
  single: sweepOfSingle,
  aggregators: (input) => sweepOfTrained(input, 'aggregators'),
  filters: (input) => sweepOfTrained(input, 'filters'),
};

/** `ddnn eval --sweep NAME`: what the paper varies, with its published figures beside ours. */
export async function sweep(bundle: Bundle, data: DataSet, thresholds: Thresholds, flags: SweepFlags): Promise<void> {
  const run = Object.hasOwn(sweeps, flags.sweep) ? sweeps[flags.sweep] : undefined;
  if (!run) throw new UsageError(`--sweep is one of ${Object.keys(sweeps).join(', ')}`);
  const { rows, paper: published, table } = await run({ bundle, data, thresholds, flags });
  if (flags.json) printJson({ sweep: flags.sweep, samples: data.rows.length, rows, paper: published });
  else process.stdout.write(`${table}\npaper: ${paper.citation}\n`);
}

async function sweepOfThreshold({ bundle, data, thresholds }: SweepInput): Promise<Swept> {
  const rows = await withProgress(PASS, (onProgress) => sweepThreshold(bundle, data, { thresholds, onProgress }));
  return { rows, paper: cited(paper.thresholds), table: thresholdTable(rows) };
}

async function sweepOfSingle({ bundle, data, thresholds }: SweepInput): Promise<Swept> {
  const rows = await withProgress(PASS, (onProgress) => sweepSingle(bundle, data, { thresholds, onProgress }));
  const published = paper.cameras.map(({ device }) => device);
  return { rows, paper: cited(published), table: singleTable(rows) };
}

async function sweepOfCameras({ bundle, data, thresholds, flags }: SweepInput): Promise<Swept> {
  const rows = await withProgress(PASS, async (onProgress) => {
    const options = { thresholds, onProgress };
    return sweepCameras(bundle, data, await sweepSingle(bundle, data, options), options);
  });
  const again: Retrained[] = [];
  if (flags.retrained) {
    const line = new ProgressLine();
    const both = await trainingRows(bundle, data, flags);
    const lost = rows.filter((row) => row.lost.length > 0).map((row) => row.lost);
    await collect(again, (signal) => sweepRetrained(bundle, lost, both, trainingOptions(flags, line, signal)));
    line.end();
  }
  const joined = rows.map((row) => {
    const retrained = again.find(({ lost }) => lost.join() === row.lost.join());
    return retrained ? { ...row, retrained } : row;
  });
  return { rows: joined, paper: cited(paper.cameras), table: cameraTable(joined) };
}

async function sweepOfTrained({ bundle, data, flags }: SweepInput, which: 'aggregators' | 'filters'): Promise<Swept> {
  checkTrainAgain(flags, `--sweep ${which}`);
  const architecture = await architectureFor(bundle, flags.arch);
  const variants = which === 'filters' ? filterVariants(architecture) : aggregatorVariants(architecture);
  const both = await trainingRows(bundle, data, flags);
  const line = new ProgressLine();
  const rows: TrainedRow[] = [];
  await collect(rows, (signal) => sweepTrained(variants, both, trainingOptions(flags, line, signal)));
  line.end();
  return which === 'filters'
    ? { rows, paper: cited(paper.filters), table: filterTable(rows) }
    : { rows, paper: cited(paper.aggregators), table: aggregatorTable(rows) };
}

/**
 * Collects the results of a trained sweep, up to a Ctrl-C: then the exit code is 1, and what is done is printed all the
 * same.
 */
export async function collect<T>(rows: T[], start: (signal: AbortSignal) => AsyncIterable<T>): Promise<void> {
  const work = async (signal: AbortSignal) => {
    for await (const row of start(signal)) rows.push(row);
  };
  await untilInterrupted(work, () => `\ninterrupted: trained and measured by then: ${rows.length}`);
}

function cited(rows: unknown) {
  return { citation: paper.citation, rows };
}
