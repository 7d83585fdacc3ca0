import { openRecording, type RecordedRow, RecordingError, splitNamed } from '@ddnn/images';
import type { CopyCount, CopyPair, DataProblem, DataReport } from './data-report.js';
import { dataWarnings } from './data-warnings.js';
import { groupedBy } from './grouped-by.js';
import { findNearCopies, type RowThumbnail } from './near-copies.js';
import { answerByPresence } from './presence-answer.js';
import { readThumbnails } from './read-thumbnails.js';

/** What to check, and against what. */
export interface DataCheckOptions {
  readonly splitColumn?: string | undefined;
  /** Labels that are known; left out: any. */
  readonly classes?: readonly string[] | undefined;
  readonly onProgress?: (read: number, rows: number) => void;
}

const PAIRS = 20;
const NO_SPLIT = 'all';

/**
 * Reads all samples with all their pictures, and tells what is wrong and what is unequal.
 *
 * @throws ManifestError or RecordingError only where nothing can be read at all
 */
export async function checkData(data: string, options: DataCheckOptions = {}): Promise<DataReport> {
  const problems: DataProblem[] = [];
  const problem = ({ code, message }: DataProblem) => problems.push({ code, message });
  const recording = await openRecording(data, {
    splitColumn: options.splitColumn,
    classes: options.classes,
    checkFiles: false,
    everySplit: true,
    onBadRow: problem,
  });
  const { rows, classes, views } = recording;
  const { thumbnails, sizes } = await readThumbnails(recording, problem, options.onProgress);
  for (const [row, { mask }] of thumbnails.entries()) {
    if (mask === 0) problem(new RecordingError('DDNN_RECORDING_EMPTY', `${place(data, rows[row])}: no camera sees it`));
  }
  const splits = groupedBy(rows.keys(), (row) => rows[row].split ?? NO_SPLIT);
  const training = trainingSplit(splits);
  const reference = splits.get(training) ?? [];
  const others = [...splits].filter(([name]) => name !== training);
  const seenRow = (row: number) => ({ mask: thumbnails[row].mask, label: rows[row].label });
  const found = {
    data,
    samples: rows.length,
    views,
    classes,
    training,
    problems,
    counts: Object.fromEntries([...splits].map(([name, members]) => [name, countLabels(classes, rows, members)])),
    seen: seenShares(classes, views, rows, thumbnails),
    sizes,
    presence: answerByPresence(reference.map(seenRow), others.flatMap(([, members]) => members).map(seenRow)),
    ...compareSplits(rows, thumbnails, reference, others),
  };
  return { ...found, warnings: dataWarnings(found, rows) };
}

/** Whether a split has the name of one to choose or to measure on: val or test, in any of their spellings. */
export function isKeptForTest(split: string): boolean {
  const name = splitNamed(split);
  return name === 'val' || name === 'test';
}

/** The part to train on: called train, else the largest that is not kept for a test, else the largest. */
function trainingSplit(splits: ReadonlyMap<string, readonly number[]>): string {
  const rank = (name: string) =>
    name === 'train' ? 3 : splitNamed(name) === 'train' ? 2 : isKeptForTest(name) ? 0 : 1;
  const sorted = [...splits].sort(([a, some], [b, others]) => rank(b) - rank(a) || others.length - some.length);
  return sorted[0]?.[0] ?? NO_SPLIT;
}

function place(data: string, { sample, line }: RecordedRow): string {
  return `${data}${line === undefined ? '' : `, line ${line}`}: sample ${JSON.stringify(sample)}`;
}

function countLabels(classes: readonly string[], rows: readonly RecordedRow[], members: readonly number[]) {
  const counts: Record<string, number> = Object.fromEntries(classes.map((name) => [name, 0]));
  for (const row of members) counts[rows[row].label]++;
  return counts;
}

function seenShares(
  classes: readonly string[],
  views: number,
  rows: readonly RecordedRow[],
  thumbnails: readonly RowThumbnail[],
): DataReport['seen'] {
  const share = (members: readonly RowThumbnail[]) =>
    Array.from({ length: views }, (_, view) => {
      const seen = members.filter(({ mask }) => (mask >>> view) & 1).length;
      return seen / Math.max(1, members.length);
    });
  const ofClass = (name: string) => share(thumbnails.filter((_, row) => rows[row].label === name));
  return { all: share(thumbnails), byClass: Object.fromEntries(classes.map((name) => [name, ofClass(name)])) };
}

function compareSplits(
  rows: readonly RecordedRow[],
  thumbnails: readonly RowThumbnail[],
  reference: readonly number[],
  others: readonly (readonly [string, readonly number[]])[],
): Pick<DataReport, 'copies' | 'pairs'> {
  const copies: Record<string, CopyCount & { byClass: Record<string, CopyCount> }> = {};
  const pairs: CopyPair[] = [];
  for (const [split, members] of others) {
    const found = findNearCopies(thumbnails, members, reference);
    // Without a prototype: a class may be called `constructor`.
    const byClass: Record<string, { compared: number; copies: number }> = Object.create(null);
    for (const row of found.compared) {
      byClass[rows[row].label] ??= { compared: 0, copies: 0 };
      byClass[rows[row].label].compared++;
    }
    for (const { row, of, distance } of found.copies) {
      const { sample, label } = rows[row];
      byClass[label].copies++;
      pairs.push({ sample, split, label, of: rows[of].sample, ofLabel: rows[of].label, distance });
    }
    copies[split] = { compared: found.compared.length, copies: found.copies.length, byClass };
  }
  // A stable sort: among equals the order of the rows.
  return { copies, pairs: pairs.sort((a, b) => a.distance - b.distance).slice(0, PAIRS) };
}
