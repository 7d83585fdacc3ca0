import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Architecture, type Bundle, scoreLevels } from '@ddnn/model';
import {
  type DataSet,
  loadDataSet,
  readDataFacts,
  recommendArchitecture,
  replaceFile,
  trainNetwork,
} from '@ddnn/training';
import { naming, readBundle } from 'ddnn/site';
import { UsageError } from 'ddnn/terminal';
import type { WireSet } from './sets.js';

/** The rows of a set, and what the command recommends for them. */
export interface LoadedSet extends WireSet {
  readonly architecture: Architecture;
  readonly rows: { readonly train: DataSet; readonly test: DataSet };
}

/** One trained network and its file. */
export interface Network {
  readonly file: string;
  readonly bundle: Bundle;
}

/** Says how far something is. @param share 0 to 1 */
export type Told = (share: number, what: string) => void;

/** Loads both parts of a set. */
export async function loadSet(set: WireSet, told: Told): Promise<LoadedSet> {
  const { data, splitColumn, train, test } = set;
  const architecture = recommendArchitecture(await readDataFacts(data, { split: train, splitColumn }));
  const load = (split: string, classes?: readonly string[]) =>
    loadDataSet(data, {
      size: architecture.input,
      split,
      splitColumn,
      classes,
      onProgress: (done, rows) => told(done / rows, `loading ${split} ${done}/${rows}`),
    });
  const rows = await load(train);
  return { ...set, architecture, rows: { train: rows, test: await load(test, rows.classes) } };
}

/**
 * The network of a seed: from the folder where it is there, else trained and put there. Throws {@link UsageError} for a
 * bundle of another kind.
 *
 * @param epochs in place of the recommended
 */
export async function networkOf(
  { name, architecture, rows }: LoadedSet,
  seed: number,
  { folder, epochs, told }: { readonly folder: string; readonly epochs: number | undefined; readonly told: Told },
): Promise<Network> {
  const file = path.join(folder, `${name}-${seed}.ddnn`);
  if (!existsSync(file)) {
    const { bytes } = await trainNetwork({
      architecture,
      data: rows.train,
      seed,
      epochs,
      backend: 'wasm',
      onProgress: ({ epoch, epochs: all, refit }) =>
        told(epoch / all, `training${refit ? ' on all rows' : ''}, epoch ${epoch}/${all}`),
    });
    await naming('--bundles', file, replaceFile(file, bytes));
  }
  const bundle = await readBundle(file);
  const { input, device, classes } = bundle.architecture;
  const fits =
    JSON.stringify([input, classes]) === JSON.stringify([architecture.input, rows.train.classes]) &&
    device.coding === 'arithmetic' &&
    scoreLevels(bundle.architecture) !== undefined;
  if (!fits)
    throw new UsageError(`${file} is not of these data, or its scores and features are not coded: move it away`);
  return { file, bundle };
}
