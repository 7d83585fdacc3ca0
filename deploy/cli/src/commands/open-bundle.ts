import { readFile } from 'node:fs/promises';
import { type Architecture, type Bundle, openBundle, parseArchitecture } from '@ddnn/model';
import { type DataSet, type DataSetOptions, loadDataSet } from '@ddnn/training';
import { UsageError } from '../terminal/failure.js';
import { withProgress } from '../terminal/progress.js';

/** Options that name a manifest. */
export interface ManifestFlags {
  readonly data: string;
  readonly split?: string;
  readonly splitColumn?: string;
  readonly views?: readonly number[];
}

/** Reads a bundle file. Throws {@link UsageError} where it can't be read, `ModelError` where it is damaged. */
export async function readBundle(file: string): Promise<Bundle> {
  return openBundle(await readInput(file), file);
}

/** Reads an architecture file. Throws as {@link readBundle}. */
export async function readArchitecture(file: string): Promise<Architecture> {
  return parseArchitecture((await readInput(file)).toString(), file);
}

/** Loads the rows of a manifest, with a progress line. */
export async function loadRows(
  { data, split, splitColumn, views }: ManifestFlags,
  size: DataSetOptions['size'],
  classes: readonly string[] | undefined,
): Promise<DataSet> {
  return withProgress('loading images', (onProgress) =>
    loadDataSet(data, { size, split, splitColumn, classes, views, onProgress }),
  );
}

/** Loads the rows of a manifest that a bundle fits. */
export async function loadFor(bundle: Bundle, flags: ManifestFlags): Promise<DataSet> {
  const { input, classes, views, name } = bundle.architecture;
  const data = await loadRows(flags, input, classes);
  if (data.views !== views) {
    throw new UsageError(
      `${flags.data} has ${data.views} views, bundle ${name} takes ${views}: pick them with --views, as --views ${Array.from({ length: views }, (_, view) => view).join(',')}`,
    );
  }
  return data;
}

/** Reads a file that a command names. Throws {@link UsageError} where it can't be read. */
export async function readInput(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new UsageError(`${file}: cannot be read: ${(error as Error).message}`);
  }
}
