import type { DataReport } from '@ddnn/training';
import pc from 'picocolors';
import { createTable } from './table.js';
import { percent } from './words.js';

/** Pairs of near copies that a terminal shows. */
const PAIRS = 5;

/** A checked data set as tables for people: rows by class and split, who sees what, near copies. */
export function dataTables(report: DataReport): string {
  const { samples, views, sizes, presence, pairs } = report;
  const parts = [`${pc.bold(report.data)}  ${samples} samples, ${views} views`];
  if (samples === 0) return parts[0];
  parts.push(classTable(report), seenTable(report));
  const shown = sizes.slice(0, 4).map(({ width, height, pictures }) => `${width}x${height} (${pictures})`);
  parts.push(`sizes  ${shown.join('  ')}${sizes.length > 4 ? `  and ${sizes.length - 4} more` : ''}`);
  parts.push(
    `known from presence alone  ${percent(presence.accuracy)} of ${presence.samples} rows, the most frequent class ${percent(presence.majority)}`,
  );
  if (Object.keys(report.copies).length > 0) parts.push(copyTable(report));
  for (const { sample, split, label, of, ofLabel, distance } of pairs.slice(0, PAIRS)) {
    const labels = label === ofLabel ? label : pc.yellow(`${label} / ${ofLabel}`);
    parts.push(
      pc.dim(
        `  ${split} ${sample} = ${report.training} ${of}  ${labels}  differ by ${percent(distance)} of their contrast`,
      ),
    );
  }
  return parts.join('\n');
}

function classTable({ counts, classes }: DataReport): string {
  const splits = Object.keys(counts);
  const table = createTable(['class', ...splits]);
  const total = (split: string) => Object.values(counts[split]).reduce((sum, count) => sum + count, 0);
  for (const name of classes) {
    const cells = splits.map((split) => {
      const count = counts[split][name] ?? 0;
      return count === 0 ? pc.yellow('0') : `${count}  ${pc.dim(percent(count / total(split)))}`;
    });
    table.push([name, ...cells]);
  }
  table.push([pc.bold('all'), ...splits.map((split) => pc.bold(String(total(split))))]);
  return table.toString();
}

function seenTable({ seen, classes, views }: DataReport): string {
  const table = createTable(['seen by', ...Array.from({ length: views }, (_, view) => `view${view}`)]);
  const row = (name: string, shares: readonly number[]) =>
    table.push([name, ...shares.map((share) => (share === 0 ? pc.yellow('0') : percent(share, 0)))]);
  for (const name of classes) row(name, seen.byClass[name]);
  row(pc.bold('all'), seen.all);
  return table.toString();
}

function copyTable({ copies, classes, training }: DataReport): string {
  const splits = Object.keys(copies);
  const table = createTable([`near copies in ${training}`, ...splits]);
  const cell = (part: { compared: number; copies: number } | undefined) =>
    part ? `${part.copies} of ${part.compared}  ${pc.dim(percent(part.copies / Math.max(1, part.compared)))}` : '–';
  for (const name of classes) table.push([name, ...splits.map((split) => cell(copies[split].byClass[name]))]);
  table.push([pc.bold('all'), ...splits.map((split) => cell(copies[split]))]);
  return table.toString();
}
