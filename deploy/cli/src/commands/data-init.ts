import { access } from 'node:fs/promises';
import path from 'node:path';
import { type FolderSample, type NewManifestRow, readFolderTree, writeManifest } from '@ddnn/images';
import { divideRows } from '@ddnn/training';
import pc from 'picocolors';
import { UsageError } from '../terminal/failure.js';
import { printJson } from '../terminal/output.js';
import { createTable } from '../terminal/table.js';

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
  if (!flags.force && (await exists(manifest)))
    throw new UsageError(`${manifest} is there already: --force writes over it`);
  const { cameras, samples } = await readFolderTree(folder);
  const grouped = samples.map((sample) => ({ ...sample, ...groupOf(sample) }));
  const inTest = divideRows(grouped, flags.testShare, flags.seed);
  const rows = grouped.map((sample, i) => ({ ...sample, split: sample.split ?? (inTest[i] ? 'test' : 'train') }));
  await writeManifest(manifest, rows);
  if (flags.json) printJson({ manifest, cameras, samples: rows.length, counts: countRows(rows) });
  else process.stdout.write(`${describe(manifest, cameras, rows)}\n`);
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
    // The same name in two classes is another thing.
    return { group: `${label}/${match[1] ?? match[0]}` };
  };
}

function countRows(rows: readonly NewManifestRow[]): Record<string, Record<string, number>> {
  const counts: Record<string, Record<string, number>> = {};
  for (const { split, label } of rows) {
    const own = counts[split] ?? {};
    counts[split] = { ...own, [label]: (own[label] ?? 0) + 1 };
  }
  return counts;
}

function describe(manifest: string, cameras: readonly string[], rows: readonly NewManifestRow[]): string {
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
  const next = pc.dim(
    `next: ddnn data check ${manifest}, then ddnn train --data ${manifest} --split train --out my.ddnn`,
  );
  return [table.toString(), views.toString(), done, next].join('\n');
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}
