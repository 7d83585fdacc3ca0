import { openRecording, type ViewSize } from '@ddnn/images';
import { TrainingError } from '../errors.js';
import { chooseViews, type DataSetOptions } from './data-set.js';

/** What is known of a data set before its pictures are loaded. */
export interface DataFacts {
  /** Size of the recorded pictures: of the first one, where the data do not say. */
  readonly picture: ViewSize;
  readonly views: number;
  readonly classes: readonly string[];
  readonly samples: number;
}

/** Which rows and cameras to look at. */
export type DataFactsOptions = Pick<DataSetOptions, 'split' | 'splitColumn' | 'views'>;

/**
 * Looks at recorded samples without loading them. Throws as `loadDataSet` does, and `DDNN_TRAINING_EMPTY` where no row
 * has a view.
 */
export async function readDataFacts(file: string, options: DataFactsOptions = {}): Promise<DataFacts> {
  const { split, splitColumn } = options;
  const recording = await openRecording(file, { split, splitColumn });
  const views = chooseViews(file, recording.views, options.views);
  const size = recording.size ?? (await firstSize(file, recording.rows.length, views, recording.picture));
  return { picture: size, views: views.length, classes: recording.classes, samples: recording.rows.length };
}

async function firstSize(
  file: string,
  rows: number,
  views: readonly number[],
  picture: (row: number, view: number) => Promise<{ width: number; height: number } | null>,
): Promise<ViewSize> {
  for (let row = 0; row < rows; row++) {
    for (const view of views) {
      const image = await picture(row, view);
      if (image) return { width: image.width, height: image.height, channels: 3 };
    }
  }
  throw new TrainingError('DDNN_TRAINING_EMPTY', `${file}: no row has a view to train on`);
}
