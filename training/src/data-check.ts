import { ImageError, openRecording, type RecordedRow, type Recording, RecordingError } from '@ddnn/images';
import { dataWarnings } from './data-warnings.js';
import { findNearCopies, type RowThumbnail, thumbnail } from './near-copies.js';
import { answerByPresence, type PresenceAnswer } from './presence-answer.js';

/** Something that must be put right: training would stop there, or learn nothing from it. */
export interface DataProblem {
  readonly code: string;
  readonly message: string;
}

/** Rows of a part that have a near copy in the training part. */
export interface CopyCount {
  readonly compared: number;
  readonly copies: number;
}

/** A row and the row of the training part that it nearly repeats. */
export interface CopyPair {
  readonly sample: string;
  readonly split: string;
  readonly label: string;
  readonly of: string;
  readonly ofLabel: string;
  /** Difference by contrast, 0 where they are the same. */
  readonly distance: number;
}

/** What a check of recorded samples found. Shares are 0 to 1. */
export interface DataReport {
  readonly data: string;
  /** Rows that can be used. */
  readonly samples: number;
  readonly views: number;
  readonly classes: readonly string[];
  /** The part that others are compared with: `train`, else the largest. */
  readonly training: string;
  readonly problems: readonly DataProblem[];
  readonly warnings: readonly string[];
  /** Rows by split and class; one split called `all` where the data name none. */
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Share of the rows that each camera sees: of all, and of each class. */
  readonly seen: { readonly all: readonly number[]; readonly byClass: Readonly<Record<string, readonly number[]>> };
  /** Pictures of each size, most frequent first. */
  readonly sizes: readonly { readonly width: number; readonly height: number; readonly pictures: number }[];
  readonly presence: PresenceAnswer;
  readonly copies: Readonly<Record<string, CopyCount & { readonly byClass: Readonly<Record<string, CopyCount>> }>>;
  /** The nearest first, at most 20. */
  readonly pairs: readonly CopyPair[];
}

/** What to check, and against what. */
export interface DataCheckOptions {
  readonly splitColumn?: string | undefined;
  /** Labels that are known; left out: any. */
  readonly classes?: readonly string[] | undefined;
  readonly onProgress?: (read: number, rows: number) => void;
}

const ROWS_AT_ONCE = 16;
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
  const { thumbnails, sizes } = await readPictures(recording, problem, options.onProgress);
  for (const [row, { mask }] of thumbnails.entries()) {
    if (mask === 0) problem(new RecordingError('DDNN_RECORDING_EMPTY', `${place(data, rows[row])}: no camera sees it`));
  }
  const splits = rowsBySplit(rows);
  const training = splits.has('train')
    ? 'train'
    : ([...splits].sort(([, a], [, b]) => b.length - a.length)[0]?.[0] ?? NO_SPLIT);
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
    sizes: [...sizes.values()].sort((a, b) => b.pictures - a.pictures || a.width - b.width || a.height - b.height),
    presence: answerByPresence(reference.map(seenRow), others.flatMap(([, members]) => members).map(seenRow)),
    ...compareSplits(rows, thumbnails, reference, others),
  };
  return { ...found, warnings: dataWarnings(found, rows) };
}

interface Size {
  readonly width: number;
  readonly height: number;
  pictures: number;
}

async function readPictures(
  recording: Recording,
  problem: (error: DataProblem) => void,
  onProgress: DataCheckOptions['onProgress'],
): Promise<{ thumbnails: RowThumbnail[]; sizes: Map<string, Size> }> {
  const { rows, views } = recording;
  const sizes = new Map<string, Size>();
  const thumbnails: RowThumbnail[] = [];
  const read = async (row: number, view: number) => {
    try {
      const picture = await recording.picture(row, view);
      // Only this is kept: pictures of a whole batch at once could be gigabytes.
      return picture && { width: picture.width, height: picture.height, values: thumbnail(picture) };
    } catch (error) {
      if (!(error instanceof ImageError || error instanceof RecordingError)) throw error;
      return error;
    }
  };
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    const count = Math.min(ROWS_AT_ONCE, rows.length - start);
    const some = Array.from({ length: count }, (_, i) =>
      Promise.all(Array.from({ length: views }, (_, view) => read(start + i, view))),
    );
    for (const pictures of await Promise.all(some)) {
      let mask = 0;
      let broken = false;
      const parts: Float32Array[] = [];
      for (const [view, picture] of pictures.entries()) {
        if (picture === null) continue;
        mask |= 1 << view;
        if (picture instanceof Error) {
          problem(picture);
          broken = true;
          continue;
        }
        const { width, height, values } = picture;
        const size = sizes.get(`${width}x${height}`) ?? { width, height, pictures: 0 };
        size.pictures++;
        sizes.set(`${width}x${height}`, size);
        parts.push(values);
      }
      thumbnails.push({ mask, values: join(broken ? [] : parts) });
    }
    onProgress?.(start + count, rows.length);
  }
  return { thumbnails, sizes };
}

function join(parts: readonly Float32Array[]): Float32Array {
  const values = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    values.set(part, at);
    at += part.length;
  }
  return values;
}

function place(data: string, { sample, line }: RecordedRow): string {
  return `${data}${line === undefined ? '' : `, line ${line}`}: sample ${JSON.stringify(sample)}`;
}

function rowsBySplit(rows: readonly RecordedRow[]): Map<string, number[]> {
  const splits = new Map<string, number[]>();
  for (const [row, { split = NO_SPLIT }] of rows.entries()) {
    const members = splits.get(split);
    if (members) members.push(row);
    else splits.set(split, [row]);
  }
  return splits;
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
    const byClass: Record<string, { compared: number; copies: number }> = {};
    for (const row of found.compared) {
      const count = byClass[rows[row].label] ?? { compared: 0, copies: 0 };
      byClass[rows[row].label] = { ...count, compared: count.compared + 1 };
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
