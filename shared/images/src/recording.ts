import type { Image } from './image.js';
import type { ViewSize } from './load.js';
import type { GroupColumn, ManifestOptions } from './manifest.js';
import type { ManifestError } from './manifest-error.js';
import type { RecordingError } from './recording-error.js';

/** One recorded sample. */
export interface RecordedRow {
  readonly sample: string;
  readonly label: string;
  /** rows that share it are near copies of each other; absent where the source does not say */
  readonly group?: string;
  /** the part it belongs to; absent where the source has none */
  readonly split?: string;
  /** 1-based line of the manifest that it begins on */
  readonly line?: number;
}

/** One view as a device section takes it. */
export interface RecordedView {
  /** `height * width * channels` bytes, HWC */
  readonly pixels: Uint8Array;
  /** size in bytes of the view's own file, if that is a JPEG of exactly this size, else null */
  readonly jpegBytes: number | null;
}

/** Recorded multi-view samples, wherever they come from. A row's slot number is its index in `rows`. */
export interface Recording {
  /** what was opened, for messages */
  readonly file: string;
  /** cameras per sample */
  readonly views: number;
  readonly classes: readonly string[];
  readonly rows: readonly RecordedRow[];
  /** the manifest's column that the rows' groups come from; absent without one */
  readonly groupColumn?: GroupColumn;
  /** the size of all pictures, if the source tells it without reading them */
  readonly size?: ViewSize;
  /** The picture as it was recorded, null where the view is absent. @throws ImageError */
  picture(row: number, view: number): Promise<Image | null>;
  /**
   * One view in the size asked for, null where it is absent. @throws ImageError, or RecordingError where the source has
   * one size only
   */
  read(row: number, view: number, size: ViewSize): Promise<RecordedView | null>;
}

/** Which rows to take and what to check. MNIST requires `split`. */
export interface RecordingOptions extends Omit<ManifestOptions, 'onBadRow'> {
  /** rows of all splits, even for a source that requires `split` */
  readonly everySplit?: boolean | undefined;
  /** takes each bad row, which is then left out; without it the first one is thrown */
  readonly onBadRow?: ((error: ManifestError | RecordingError) => void) | undefined;
}
