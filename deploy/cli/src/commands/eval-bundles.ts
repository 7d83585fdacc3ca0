import path from 'node:path';
import { type EvalSummary, spreadOf } from '@ddnn/training';
import { UsageError } from '../terminal/failure.js';
import { printJson } from '../terminal/output.js';
import { confidenceSpreadTable, evaluationsTable, missingSpreadTable } from '../terminal/seeds-table.js';
import { type EvalFlags, evaluateBundle } from './eval.js';

/** `ddnn eval` of several bundles, for example of several seeds: the result of each, and all together. */
export async function evalBundles(flags: EvalFlags): Promise<void> {
  if (flags.verdicts) throw new UsageError('--verdicts takes one bundle: evaluate them one by one');
  const summaries: EvalSummary[] = [];
  for (const file of flags.bundle) summaries.push((await evaluateBundle(file, flags)).summary);
  const spread = spreadOf(summaries);
  if (flags.json) {
    printJson({ seeds: summaries.map((summary, i) => ({ bundle: flags.bundle[i], ...summary })), ...spread });
    return;
  }
  const names = flags.bundle.map((file) => path.parse(file).name);
  process.stdout.write(`${evaluationsTable(names, summaries)}\n`);
  const { mean, sd, min, max } = spread;
  if (mean.confidence && sd.confidence) {
    process.stdout.write(confidenceSpreadTable({ mean: mean.confidence, sd: sd.confidence }));
  }
  if (mean.missing && sd.missing && min.missing && max.missing) {
    const missing = { mean: mean.missing, sd: sd.missing, min: min.missing, max: max.missing };
    process.stdout.write(`${missingSpreadTable(missing)}\n`);
  }
}
