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
  /** `jpegBytes[row][view]`: bytes of the view's own file where that is a JPEG of just this size, else null. */
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
  readonly onProgress?: (loaded: number, rows: number) => void;
}

const ROWS_AT_ONCE = 16;

/**
 * Loads recorded samples with their pictures: a manifest, `mnist6:FOLDER` or `FILE.npz`. Throws `ManifestError`,
 * `RecordingError` or `ImageError` of
 * @ddnn/images.
 */
export async function loadDataSet(file: string, options: DataSetOptions): Promise<DataSet> {
  const { size, split, splitColumn, classes, onProgress } = options;
  const recording = await openRecording(file, { split, splitColumn, classes });
  const count = recording.rows.length;
  const cameras = Array.from({ length: recording.views }, (_, view) => view);
  const images: (Uint8Array | null)[][] = [];
  const jpegBytes: (number | null)[][] = [];
  for (let start = 0; start < count; start += ROWS_AT_ONCE) {
    const rows = Array.from({ length: Math.min(ROWS_AT_ONCE, count - start) }, (_, i) => start + i);
    const read = (row: number) => Promise.all(cameras.map((view) => recording.read(row, view, size)));
    for (const views of await Promise.all(rows.map(read))) {
      images.push(views.map((view) => view?.pixels ?? null));
      jpegBytes.push(views.map((view) => view?.jpegBytes ?? null));
    }
    onProgress?.(images.length, count);
  }
  return {
    file,
    views: recording.views,
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
  const wrong = views.find((view, i) => !(view in (data.images[0] ?? [])) || views.indexOf(view) !== i);
  if (views.length === 0 || wrong !== undefined) {
    const reason = views.length === 0 ? 'no view is picked' : `view ${wrong} is not there or is picked twice`;
    throw new TrainingError('DDNN_TRAINING_VIEWS', `${data.file}: ${reason}; the views are 0 to ${data.views - 1}`);
  }
  const pick = <T>(row: readonly T[]) => views.map((view) => row[view]);
  return { ...data, views: views.length, images: data.images.map(pick), jpegBytes: data.jpegBytes.map(pick) };
}
