import { readFile } from 'node:fs/promises';
import { decodeImage, fitView, ImageError, loadManifest, type Manifest, type ViewSize, viewFile } from '@ddnn/images';
import { TrainingError } from './errors.js';

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
  readonly size: ViewSize;
  /** `images[row][view]`: height * width * channels bytes, HWC; null where the view is absent. */
  readonly images: readonly (readonly (Uint8Array | null)[])[];
  /** `jpegBytes[row][view]`: bytes of the view's own file where that is a JPEG of just this size, else null. */
  readonly jpegBytes: readonly (readonly (number | null)[])[];
}

/** Which rows of a manifest to load, and into what size. */
export interface DataSetOptions {
  /** Pixels that the architecture takes. */
  readonly size: ViewSize;
  readonly split?: string | undefined;
  readonly splitColumn?: string | undefined;
  /** The classes of a trained bundle, in its order; else the manifest's labels. */
  readonly classes?: readonly string[] | undefined;
  readonly onProgress?: (loaded: number, rows: number) => void;
}

const ROWS_AT_ONCE = 16;

/** Loads a manifest and its images. Throws `ManifestError` or `ImageError` of @ddnn/images. */
export async function loadDataSet(file: string, options: DataSetOptions): Promise<DataSet> {
  const { size, split, splitColumn, classes, onProgress } = options;
  const manifest = await loadManifest(file, { split, splitColumn, classes });
  const views: LoadedView[][] = [];
  for (let start = 0; start < manifest.rows.length; start += ROWS_AT_ONCE) {
    const rows = manifest.rows.slice(start, start + ROWS_AT_ONCE);
    views.push(...(await Promise.all(rows.map((row) => loadRow(manifest, row, size)))));
    onProgress?.(views.length, manifest.rows.length);
  }
  return {
    file,
    views: manifest.views,
    classes: manifest.classes,
    rows: manifest.rows.map(({ sample, label, group }) => ({
      sample,
      label,
      ...(group === undefined ? {} : { group }),
    })),
    size,
    images: views.map((row) => row.map(({ image }) => image)),
    jpegBytes: views.map((row) => row.map((view) => view.jpegBytes)),
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

interface LoadedView {
  readonly image: Uint8Array | null;
  readonly jpegBytes: number | null;
}

function loadRow(manifest: Manifest, row: Manifest['rows'][number], size: ViewSize): Promise<LoadedView[]> {
  return Promise.all(
    row.views.map(async (_, view) => {
      const file = viewFile(manifest, row, view);
      if (file === null) return { image: null, jpegBytes: null };
      try {
        return await loadFile(file, size);
      } catch (cause) {
        if (!(cause instanceof ImageError)) throw cause;
        throw new ImageError(cause.code, `${manifest.file}:${row.line}: view${view}: ${cause.message}`, { cause });
      }
    }),
  );
}

async function loadFile(file: string, size: ViewSize): Promise<LoadedView> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    throw new ImageError('DDNN_IMAGE_FILE', `${file}: cannot be read: ${(cause as Error).message}`, { cause });
  }
  const image = decodeImage(bytes, file);
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8;
  const fits = image.width === size.width && image.height === size.height;
  return { image: fitView(image, size), jpegBytes: isJpeg && fits ? bytes.length : null };
}
