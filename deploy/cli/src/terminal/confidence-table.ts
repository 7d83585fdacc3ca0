import type { ConfidenceTable } from '@ddnn/training';
import { createTable } from './table.js';
import { percent } from './words.js';

/** How well each measure tells wrong answers of an exit from right ones, for people; empty where no exit decides. */
export function confidenceTable(confidence: ConfidenceTable): string {
  const rows = (['local', 'edge'] as const).flatMap((exit) =>
    Object.entries(confidence[exit] ?? {}).map(([name, { auroc, accuracyCoverage }]) => [
      exit,
      name,
      auroc === null ? '–' : auroc.toFixed(3),
      percent(accuracyCoverage, 2),
    ]),
  );
  return confidenceRows(rows);
}

/** Exit, measure, and the two figures of each; empty without any. */
export function confidenceRows(rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const table = createTable(['exit', 'uncertainty', 'AUROC of wrong', 'accuracy over coverage']);
  table.push(...rows.map((row) => [...row]));
  return `${table.toString()}\n`;
}
