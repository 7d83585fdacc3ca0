import { stat } from 'node:fs/promises';
import path from 'node:path';
import { type ManifestColumns, readColumns } from './manifest-columns.js';
import { ManifestError, type ManifestErrorCode } from './manifest-error.js';
import { type ManifestLine, NOT_UTF8, readManifestLines } from './manifest-lines.js';

/** Which rows to take and what to check. */
export interface ManifestOptions {
  /** only rows whose split column says this; all rows when left out */
  readonly split?: string | undefined;
  /** the column that `split` is looked up in; `split` when left out */
  readonly splitColumn?: string | undefined;
  /** the classes of a trained bundle, in its order; when left out they are the labels of the file */
  readonly classes?: readonly string[] | undefined;
  /** whether every image file of the rows taken must exist; true when left out */
  readonly checkFiles?: boolean | undefined;
  /** takes the error of each bad row, which is then left out; without it the first one is thrown */
  readonly onBadRow?: ((error: ManifestError) => void) | undefined;
}

/** One sample: its label and one picture a camera. */
export interface ManifestRow {
  readonly sample: string;
  readonly label: string;
  /** the label's place in `Manifest.classes` */
  readonly classIndex: number;
  /**
   * rows that share it are near copies of each other: the column `group`, else `object`, else `frame`; absent without
   * one
   */
  readonly group?: string;
  /** 1-based line of the file that the row begins on */
  readonly line: number;
  /** image paths as written; null where this camera does not see the object (absent view) */
  readonly views: readonly (string | null)[];
  /** all other columns, the split among them */
  readonly extra: Readonly<Record<string, string>>;
}

/** The columns that may say which rows are near copies of each other; the first one that exists is used. */
const GROUP_COLUMNS = ['group', 'object', 'frame'] as const;

/** A column that says which rows are near copies of each other. */
export type GroupColumn = (typeof GROUP_COLUMNS)[number];

/** A multi-view data set: the rows of one split of one CSV file. A row's slot number is its index in `rows`. */
export interface Manifest {
  readonly file: string;
  /** the folder that relative image paths start from */
  readonly folder: string;
  /** cameras per sample */
  readonly views: number;
  /** as given, or else the labels in the order of their first appearance in the whole file, whatever the split */
  readonly classes: readonly string[];
  readonly rows: readonly ManifestRow[];
  /** the column that the rows' groups come from; absent without one */
  readonly groupColumn?: GroupColumn;
}

/**
 * Loads a multi-view manifest: CSV with a header, one line a sample, columns `sample`, `label`, `view0` to `viewN` and
 * any others. A view is an image path, relative to the manifest's folder or absolute; an empty cell is an absent view.
 *
 * @throws ManifestError naming file, line and column of the first thing that is wrong
 */
export async function loadManifest(file: string, options: ManifestOptions = {}): Promise<Manifest> {
  const [header, ...lines] = await readManifestLines(file);
  if (header === undefined) {
    throw new ManifestError('DDNN_MANIFEST_EMPTY', { file, line: 1, column: 'sample' }, 'the file is empty');
  }
  const refuse = options.onBadRow ?? throwIt;
  const columns = readColumns(file, header);
  const all = readRows(file, columns, lines, refuse);
  if (lines.length === 0) {
    const at = { file, line: 2, column: 'sample' };
    throw new ManifestError('DDNN_MANIFEST_EMPTY', at, 'there is a header but no sample');
  }
  const classes = options.classes?.map((name) => name.normalize()) ?? [...new Set(all.map((row) => row.label))];
  const classIndex = new Map(classes.map((name, index) => [name, index]));
  const rows = chooseSplit(file, columns, all, options).flatMap((row) => {
    const index = classIndex.get(row.label);
    if (index !== undefined) return { ...row, classIndex: index };
    const reason = `unknown label ${JSON.stringify(row.label)}; the classes are ${quoted(classes)}`;
    refuse(new ManifestError('DDNN_MANIFEST_UNKNOWN_LABEL', { file, line: row.line, column: 'label' }, reason));
    return [];
  });
  const groupColumn = groupColumnOf(columns.header);
  const manifest = {
    file,
    folder: path.dirname(file),
    views: columns.views.length,
    classes,
    rows,
    ...(groupColumn && { groupColumn }),
  };
  if (options.checkFiles ?? true) await checkFiles(manifest);
  return manifest;
}

function groupColumnOf(header: readonly string[]): GroupColumn | undefined {
  return GROUP_COLUMNS.find((name) => header.includes(name));
}

/** The image file of one view of a row, or null where the view is absent. */
export function viewFile(manifest: Pick<Manifest, 'folder'>, row: ManifestRow, view: number): string | null {
  const written = row.views[view];
  return written == null ? null : path.resolve(manifest.folder, written);
}

function throwIt(error: ManifestError): never {
  throw error;
}

type UnclassedRow = Omit<ManifestRow, 'classIndex'>;

function readRows(
  file: string,
  columns: ManifestColumns,
  lines: readonly ManifestLine[],
  refuse: (error: ManifestError) => void,
): UnclassedRow[] {
  const { header } = columns;
  const lineOfSample = new Map<string, number>();
  const groupColumn = groupColumnOf(header);
  const groupAt = groupColumn && header.indexOf(groupColumn);
  return lines.flatMap(({ cells, line, garbled }) => {
    const wrong = whatIsWrong(columns, { cells, line, garbled }, lineOfSample);
    if (wrong) {
      refuse(new ManifestError(wrong.code, { file, line, column: wrong.column }, wrong.reason));
      return [];
    }
    const sample = cells[columns.sample]!;
    lineOfSample.set(sample, line);
    const group = groupAt === undefined ? '' : cells[groupAt]!.normalize();
    return {
      sample,
      // Texts that differ only in their Unicode form (macOS) become equal; a path stays as it is written.
      label: cells[columns.label]!.normalize(),
      ...(group === '' ? {} : { group }),
      line,
      views: columns.views.map((position) => cells[position] || null),
      extra: Object.fromEntries(columns.extra.map((position) => [header[position]!, cells[position]!.normalize()])),
    };
  });
}

interface WrongRow {
  readonly code: ManifestErrorCode;
  readonly column: string;
  readonly reason: string;
}

function whatIsWrong(
  { header, sample: sampleAt, label: labelAt }: ManifestColumns,
  { cells, garbled }: ManifestLine,
  lineOfSample: ReadonlyMap<string, number>,
): WrongRow | undefined {
  if (garbled !== undefined) {
    const column = header[garbled] ?? `cell ${garbled + 1}`;
    return { code: 'DDNN_MANIFEST_ENCODING', column, reason: NOT_UTF8 };
  }
  if (cells.length !== header.length) {
    // The first column without a cell, or the last one before the cells too many.
    const column = header[Math.min(cells.length, header.length - 1)]!;
    const reason = `the row has ${cells.length} cells, the header ${header.length}`;
    return { code: 'DDNN_MANIFEST_CELLS', column, reason };
  }
  const sample = cells[sampleAt]!;
  if (sample === '') return { code: 'DDNN_MANIFEST_SAMPLE', column: 'sample', reason: 'the sample has no id' };
  const before = lineOfSample.get(sample);
  if (before !== undefined) {
    const reason = `sample ${JSON.stringify(sample)} is also on line ${before}`;
    return { code: 'DDNN_MANIFEST_DUPLICATE_SAMPLE', column: 'sample', reason };
  }
  if (cells[labelAt] !== '') return undefined;
  return { code: 'DDNN_MANIFEST_LABEL', column: 'label', reason: `sample ${JSON.stringify(sample)} has no label` };
}

function chooseSplit(
  file: string,
  columns: ManifestColumns,
  rows: UnclassedRow[],
  options: ManifestOptions,
): UnclassedRow[] {
  const { split, splitColumn: column = 'split' } = options;
  if (split === undefined && options.splitColumn === undefined) return rows;
  if (!columns.extra.some((position) => columns.header[position] === column)) {
    const reason = `there is no such split column; there are ${quoted(columns.header)}`;
    throw new ManifestError('DDNN_MANIFEST_COLUMN', { file, line: 1, column }, reason);
  }
  if (split === undefined) return rows;
  const chosen = rows.filter((row) => row.extra[column] === split.normalize());
  if (chosen.length > 0) return chosen;
  const names = new Set(rows.map((row) => row.extra[column]!));
  const reason = `no row is of the split ${JSON.stringify(split)}; there are ${quoted([...names])}`;
  throw new ManifestError('DDNN_MANIFEST_SPLIT', { file, line: 1, column }, reason);
}

const FILES_AT_ONCE = 64;

async function checkFiles(manifest: Manifest): Promise<void> {
  const places = new Map<string, { line: number; view: number; written: string }>();
  for (const row of manifest.rows) {
    for (const [view, written] of row.views.entries()) {
      const image = viewFile(manifest, row, view);
      if (image !== null && !places.has(image)) places.set(image, { line: row.line, view, written: written! });
    }
  }
  const images = [...places];
  for (let start = 0; start < images.length; start += FILES_AT_ONCE) {
    const found = await Promise.all(images.slice(start, start + FILES_AT_ONCE).map(([image]) => isFile(image)));
    const missing = found.indexOf(false);
    if (missing < 0) continue;
    const { line, view, written } = images[start + missing]![1];
    const at = { file: manifest.file, line, column: `view${view}` };
    throw new ManifestError('DDNN_MANIFEST_IMAGE', at, `the image file ${JSON.stringify(written)} does not exist`);
  }
}

async function isFile(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

function quoted(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(', ');
}
