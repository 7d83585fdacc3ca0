import { existsSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from 'ddnn/terminal';

/** A data set that the benchmark knows, and its rows. */
export interface WireSet {
  readonly name: WireSetName;
  /** As `--data` takes it. */
  readonly data: string;
  readonly splitColumn?: string;
  readonly train: string;
  readonly test: string;
  /** Too many rows for the pace of a real site: they go as fast as one frame after the other does. */
  readonly unpaced?: true;
}

export const wireSetNames = ['split_random', 'split', 'ring6', 'mnist'] as const;
export type WireSetName = (typeof wireSetNames)[number];

/** What a set is, below the folder of all data. */
interface Place extends Omit<WireSet, 'name' | 'data'> {
  readonly file: string;
  /** Stands before the file's path in `--data`. */
  readonly prefix?: string;
}

const places: Readonly<Record<WireSetName, Place>> = {
  split_random: { file: 'epfl6/manifest.csv', splitColumn: 'split_random', train: 'train', test: 'test' },
  split: { file: 'epfl6/manifest.csv', train: 'train', test: 'val' },
  ring6: { file: 'eth80/ring6.csv', train: 'train', test: 'val' },
  mnist: { file: 'mnist', prefix: 'mnist6:', train: 'train', test: 'test', unpaced: true },
};

/** The sets of `--sets` in a folder. Throws {@link UsageError} for a name that is none, and where files are missing. */
export function wireSets(names: string, folder: string): WireSet[] {
  return [...new Set(names.split(','))].map((name) => {
    if (!isName(name)) throw new UsageError(`--sets ${name}: one of ${wireSetNames.join(', ')}`);
    const { file, prefix = '', ...rows } = places[name];
    const place = path.join(folder, file);
    if (!existsSync(place))
      throw new UsageError(`--sets ${name} needs ${place}, which is not there: see docs/training.md`);
    return { name, data: prefix + place, ...rows };
  });
}

function isName(name: string): name is WireSetName {
  return (wireSetNames as readonly string[]).includes(name);
}
