import { existsSync } from 'node:fs';
import path from 'node:path';
import {
  type FolderSample,
  type FolderTree,
  manifestText,
  type NewManifestRow,
  readFolderTree,
  splitNamed,
} from '@ddnn/images';
import { divideRows } from '@ddnn/training';
import pc from 'picocolors';
import { UsageError } from '../terminal/failure.js';
import { printJson } from '../terminal/output.js';
import { createTable } from '../terminal/table.js';
import { counted, shellWord } from '../terminal/words.js';
import { openOutput } from './output-file.js';

interface DataInitFlags {
  readonly testShare: number;
  readonly seed: number;
  readonly group?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** `ddnn data init`: a manifest from a folder tree. */
export async function dataInit(folder: string, flags: DataInitFlags): Promise<void> {
  if (flags.testShare >= 1) throw new UsageError('--test-share is a share, from 0 to below 1');
  const groupOf = grouping(flags.group);
  const manifest = path.join(folder, 'manifest.csv');
  if (!flags.force && existsSync(manifest))
    throw new UsageError(`${manifest} is there already: --force writes over it`);
  const out = await openOutput('manifest', manifest, {});
  const tree = await readFolderTree(folder);
  const { cameras, samples, leftOut, empty } = tree;
  const grouped = samples.map((sample) => ({ ...sample, ...groupOf(sample) }));
  const inTest = divideRows(grouped, flags.testShare, flags.seed);
  const rows = grouped.map((sample, i) => ({ ...sample, split: sample.split ?? (inTest[i] ? 'test' : 'train') }));
  await out.write(manifestText(manifest, rows));
  if (flags.json) printJson({ manifest, cameras, samples: rows.length, counts: countRows(rows), leftOut, empty });
  else process.stdout.write(`${describe(manifest, tree, rows)}\n`);
}

function grouping(pattern: string | undefined): (sample: FolderSample) => { group?: string } {
  if (pattern === undefined) return () => ({});
  let expression: RegExp;
  try {
    expression = new RegExp(pattern);
  } catch (error) {
    throw new UsageError(`--group: ${(error as Error).message}`);
  }
  return ({ sample, label }) => {
    const match = expression.exec(sample.slice(sample.lastIndexOf('/') + 1));
    if (match === null) return {};
    // The same name in two classes means two different things.
    return { group: `${label}/${match[1] ?? match[0]}` };
  };
}

function countRows(rows: readonly NewManifestRow[]): Record<string, Record<string, number>> {
  const counts: Record<string, Record<string, number>> = {};
  for (const { split, label } of rows) {
    // Without a prototype: a folder may be called `constructor`.
    counts[split] ??= Object.create(null) as Record<string, number>;
    counts[split][label] = (counts[split][label] ?? 0) + 1;
  }
  return counts;
}

function describe(manifest: string, { cameras, leftOut, empty }: FolderTree, rows: readonly NewManifestRow[]): string {
  const counts = countRows(rows);
  const splits = Object.keys(counts).sort((a, b) => Number(b === 'train') - Number(a === 'train'));
  const table = createTable(['class', ...splits]);
  for (const label of new Set(rows.map((row) => row.label))) {
    table.push([label, ...splits.map((split) => counts[split][label] ?? pc.yellow('0'))]);
  }
  const views = createTable(['view', 'camera', 'samples']);
  for (const [view, camera] of cameras.entries()) {
    views.push([`view${view}`, camera, rows.filter((row) => row.views[view] !== null).length]);
  }
  const done = `${pc.green('✓')} ${manifest}  ${rows.length} samples`;
  const data = shellWord(manifest);
  const train = counts.train ? `, then npx ddnn train --data ${data} --split train --out my.ddnn` : '';
  const next = pc.dim(`next: npx ddnn data check ${data}${train}`);
  const warnings = [...notTaken(leftOut, empty), ...splitsAsClasses(rows), ...tooFew(counts)].map(
    (text) => `${pc.yellow('!')} ${text}`,
  );
  return [table.toString(), views.toString(), ...warnings, done, next].join('\n');
}

/** What of the folder is not in the manifest. */
function notTaken(leftOut: FolderTree['leftOut'], empty: FolderTree['empty']): string[] {
  const files = Object.values(leftOut).reduce((sum, count) => sum + count, 0);
  const kinds = Object.entries(leftOut).map(([extension, count], _, { length }) => {
    const kind = extension || 'without extension';
    return length === 1 ? kind : `${count} ${kind}`;
  });
  const left = `${counted(files, 'file')} left out (${kinds.join(', ')}): pictures are PNG or JPEG`;
  return [...(files > 0 ? [left] : []), ...empty.map((name) => `folder ${name} holds no PNG or JPEG`)];
}

/** Folders such as `train` and `holdout`: one name that is no split's makes classes of all of them. */
function splitsAsClasses(rows: readonly NewManifestRow[]): string[] {
  const labels = [...new Set(rows.map((row) => row.label))];
  return labels
    .filter((label) => splitNamed(label) !== undefined)
    .map((label) => `"${label}" is a class here: folders are splits only if all of them are train, val or test`);
}

function tooFew(counts: Record<string, Record<string, number>>): string[] {
  const classes = new Set(Object.values(counts).flatMap((own) => Object.keys(own)));
  if (classes.size === 1) return [`there is one class, "${[...classes][0]}": a network needs two to tell apart`];
  return Object.keys(counts).includes('train') ? [] : ['no row is left to train on'];
}
