import { checkData, type DataReport, isKeptForTest } from '@ddnn/training';
import pc from 'picocolors';
import { dataTables } from '../terminal/data-tables.js';
import { printJson } from '../terminal/output.js';
import { withProgress } from '../terminal/progress.js';
import { counted, shellWord } from '../terminal/words.js';

interface DataCheckFlags {
  readonly splitColumn?: string;
  readonly classes?: readonly string[];
  readonly json?: boolean;
}

/** Problems that a terminal shows; `--json` has all. */
const SHOWN = 20;

/**
 * `ddnn data check`: what is wrong with a data set, and what makes its figures look too good. Exit code 1 if something
 * is wrong.
 */
export async function dataCheck(data: string, { splitColumn, classes, json }: DataCheckFlags): Promise<void> {
  const report = await withProgress('reading images', (onProgress) =>
    checkData(data, { splitColumn, classes, onProgress }),
  );
  if (json) printJson(report);
  else process.stdout.write(`${dataTables(report)}\n${findings(report, splitColumn).join('\n')}\n`);
  if (report.problems.length > 0) process.exitCode = 1;
}

function findings({ problems, warnings, data, training, counts }: DataReport, splitColumn?: string): string[] {
  const lines = problems.slice(0, SHOWN).map(({ code, message }) => `${pc.red('✗')} ${message}${pc.dim(` [${code}]`)}`);
  if (problems.length > SHOWN) lines.push(pc.red(`  and ${problems.length - SHOWN} more: --json lists them all`));
  lines.push(...warnings.map((warning) => `${pc.yellow('!')} ${warning}`));
  const sum = `${counted(problems.length, 'problem')}, ${counted(warnings.length, 'warning')}`;
  lines.push(problems.length > 0 ? pc.red(sum) : `${pc.green('✓')} ${sum}`);
  if (problems.length === 0) {
    const split = Object.keys(counts).length > 1 ? ` --split ${shellWord(training)}` : '';
    const column = splitColumn === undefined ? '' : ` --split-column ${shellWord(splitColumn)}`;
    // Rows that are kept for a test must not be trained on.
    if (!isKeptForTest(training))
      lines.push(pc.dim(`next: npx ddnn train --data ${shellWord(data)}${column}${split} --out my.ddnn`));
  }
  return lines;
}
