import { type GroupColumn, openRecording, type ViewSize } from '@ddnn/images';
import { TrainingError } from '../errors.js';

/** One sample of a data set. */
export interface DataRow {
  readonly sample: string;
  readonly label: string;
  /** Rows that share it are near copies of each other; absent where the data do not say. */
  readonly group?: string;
}

/** A multi-view data set in memory. A row's slot number is its index. */
export interface DataSet {
  /** Where it comes from, for messages. */
  readonly file: string;
  /** Cameras per sample. */
  readonly views: number;
  readonly classes: readonly string[];
  readonly rows: readonly DataRow[];
  /** The column that the rows' groups come from; left out: there is none. */
  readonly groupColumn?: GroupColumn | undefined;
  readonly size: ViewSize;
  /** `images[row][view]`: height * width * channels bytes, HWC; null where the view is absent. */
  readonly images: readonly (readonly (Uint8Array | null)[])[];
  /**
   * `jpegBytes[row][view]`: size in bytes of the view's own file, if that is a JPEG of exactly this size, else null.
   */
  readonly jpegBytes: readonly (readonly (number | null)[])[];
}

/** Which rows to load, and into what size. */
export interface DataSetOptions {
  /** Pixels that the architecture takes. */
  readonly size: ViewSize;
  readonly split?: string | undefined;
  readonly splitColumn?: string | undefined;
  /** The classes of a trained bundle, in its order; else those of the data. */
  readonly classes?: readonly string[] | undefined;
  /** Only these cameras, in this order; left out: all. */
  readonly views?: readonly number[] | undefined;
  readonly onProgress?: (loaded: number, rows: number) => void;
}

const ROWS_AT_ONCE = 16;

/**
 * Loads recorded samples with their pictures: a manifest, `mnist6:FOLDER` or `FILE.npz`. Throws `ManifestError`,
 * `RecordingError` or `ImageError` of
 * @ddnn/images, and `DDNN_TRAINING_VIEWS` for a camera that is not there.
 */
export async function loadDataSet(file: string, options: DataSetOptions): Promise<DataSet> {
  const { size, split, splitColumn, classes, views, onProgress } = options;
  const recording = await openRecording(file, { split, splitColumn, classes });
  const count = recording.rows.length;
  const cameras = chooseViews(file, recording.views, views);
  const images: (Uint8Array | null)[][] = [];
  const jpegBytes: (number | null)[][] = [];
  for (let start = 0; start < count; start += ROWS_AT_ONCE) {
    const rows = Array.from({ length: Math.min(ROWS_AT_ONCE, count - start) }, (_, i) => start + i);
    const read = (row: number) => Promise.all(cameras.map((view) => recording.read(row, view, size)));
    for (const row of await Promise.all(rows.map(read))) {
      images.push(row.map((view) => view?.pixels ?? null));
      jpegBytes.push(row.map((view) => view?.jpegBytes ?? null));
    }
    onProgress?.(images.length, count);
  }
  return {
    file,
    views: cameras.length,
    classes: recording.classes,
    rows: recording.rows.map(({ sample, label, group }) => ({
      sample,
      label,
      ...(group === undefined ? {} : { group }),
    })),
    ...(recording.groupColumn && { groupColumn: recording.groupColumn }),
    size,
    images,
    jpegBytes,
  };
}

/** The same data seen by some of the cameras only, in the order given. Throws `DDNN_TRAINING_VIEWS`. */
export function pickViews(data: DataSet, views: readonly number[]): DataSet {
  const cameras = chooseViews(data.file, data.views, views);
  const pick = <T>(row: readonly T[]) => cameras.map((view) => row[view]);
  return { ...data, views: cameras.length, images: data.images.map(pick), jpegBytes: data.jpegBytes.map(pick) };
}

/** The cameras that are asked for, or all. Throws `DDNN_TRAINING_VIEWS` where one is not there or named twice. */
export function chooseViews(file: string, there: number, views?: readonly number[]): readonly number[] {
  if (views === undefined) return Array.from({ length: there }, (_, view) => view);
  const wrong = views.find((view, i) => !(view >= 0 && view < there) || views.indexOf(view) !== i);
  if (views.length > 0 && wrong === undefined) return views;
  const reason = views.length === 0 ? 'names no view' : `names view ${wrong}, which is not there or is named twice`;
  throw new TrainingError('DDNN_TRAINING_VIEWS', `${file}: --views ${reason}; the views are 0 to ${there - 1}`);
}
