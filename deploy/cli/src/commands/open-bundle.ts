import { readFile } from 'node:fs/promises';
import { type Bundle, openBundle } from '@ddnn/model';
import { type DataSet, loadDataSet } from '@ddnn/training';
import { UsageError } from '../terminal/failure.js';
import { ProgressLine } from '../terminal/progress.js';

/** Options that name a manifest. */
export interface ManifestFlags {
  readonly data: string;
  readonly split?: string;
  readonly splitColumn?: string;
  readonly views?: readonly number[];
}

/** Reads a bundle file. Throws {@link UsageError} where it can't be read, `ModelError` where it is damaged. */
export async function readBundle(file: string): Promise<Bundle> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw new UsageError(`${file}: cannot be read: ${(error as Error).message}`);
  }
  return openBundle(bytes, file);
}

/** Loads the rows of a manifest that a bundle fits, with a progress line. */
export async function loadFor(bundle: Bundle, flags: ManifestFlags): Promise<DataSet> {
  const { input, classes, views, name } = bundle.architecture;
  const line = new ProgressLine();
  const data = await loadDataSet(flags.data, {
    size: input,
    split: flags.split,
    splitColumn: flags.splitColumn,
    classes,
    views: flags.views,
    onProgress: (done, rows) => line.update(done / rows, `loading images ${done}/${rows}`),
  });
  line.end();
  if (data.views !== views) {
    throw new UsageError(
      `${flags.data} has ${data.views} views, bundle ${name} takes ${views}: pick them with --views, as --views ${Array.from({ length: views }, (_, view) => view).join(',')}`,
    );
  }
  return data;
}
