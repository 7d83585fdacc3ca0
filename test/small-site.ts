import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ddnnJson } from './ddnn.js';

/** A small street with a network trained on it, in a folder of its own. */
export interface SmallSite {
  /** A path inside the folder. */
  at(...names: string[]): string;
  /** Flags that name its data and bundle. */
  readonly flags: readonly string[];
  /** The objects of a file of JSON lines. */
  lines<T>(name: string): Promise<T[]>;
  remove(): Promise<void>;
}

/** What to make. */
export interface SmallSiteOptions {
  readonly architecture: string;
  readonly samples: number;
  readonly epochs: number;
  /** Views of the street that take part, as `0,3`. */
  readonly views: string;
}

/** Draws a street of 16x16 pixels and trains a network on it. */
export async function makeSmallSite({ architecture, samples, epochs, views }: SmallSiteOptions): Promise<SmallSite> {
  const folder = await mkdtemp(path.join(tmpdir(), 'ddnn-test-'));
  const at = (...names: string[]) => path.join(folder, ...names);
  await writeFile(at('small.yaml'), architecture);
  await ddnnJson(['simulate', '--out', at('street'), '--samples', String(samples), '--size', '16', '--seed', '3']);
  const data = ['--data', at('street/manifest.csv'), '--views', views];
  const train = [
    ...data,
    '--split',
    'train',
    '--arch',
    at('small.yaml'),
    '--epochs',
    String(epochs),
    '--out',
    at('b.ddnn'),
  ];
  await ddnnJson(['train', ...train]);
  return {
    at,
    flags: [...data, '--bundle', at('b.ddnn')],
    lines: (name) => readLines(at(name)),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** What `eval` and `run` print. */
export interface Result {
  readonly samples: number;
  readonly accuracy: number;
  readonly balancedAccuracy: number;
  readonly exits: Readonly<Record<'local' | 'edge' | 'cloud' | 'fallback', number>>;
  readonly lost: number;
  readonly bytes: Readonly<Record<'payloadPerView' | 'wirePerView' | 'rawPerView' | 'jpegPerView', number>>;
}

/** One line of `--verdicts`. */
export interface VerdictLine {
  readonly slot: number;
  readonly sample: string;
  readonly class: string;
  readonly exit: string;
  readonly uncertainty: number;
  readonly missing: readonly number[];
}

/** The objects of a file of JSON lines. */
export async function readLines<T>(file: string): Promise<T[]> {
  const text = await readFile(file, 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}
