import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Architecture, parseArchitecture, type ResolvedArchitecture, resolveArchitecture } from '@ddnn/model';
import { recommendArchitecture } from '@ddnn/training';

/** One cloud section to measure. */
export interface CloudCase {
  /** What the section is, in a few words. */
  readonly section: string;
  readonly architecture: ResolvedArchitecture;
}

const VIEWS = 6;
const CROP = { height: 32, width: 32, channels: 3 } as const;
/** A sixth of an MNIST picture. */
const PART = { height: 14, width: 9, channels: 1 } as const;
const PAPER = fileURLToPath(new URL('../architectures/paper.yaml', import.meta.resolve('@ddnn/training')));

/**
 * The paper's binary cloud section, and the float ones that `ddnn train` recommends for few classes, more, and many
 * samples.
 */
export async function cloudCases(): Promise<CloudCase[]> {
  const paper = parseArchitecture(await readFile(PAPER, 'utf8'), PAPER);
  const recommend = (picture: typeof CROP | typeof PART, classes: number, samples: number) =>
    resolved(recommendArchitecture({ picture, views: VIEWS, classes: names(classes), samples }), classes);
  return [
    { section: 'binary, ConvP 16, ConvP 16', architecture: resolved(paper, 3) },
    { section: 'float, ConvP 32, ConvP 64', architecture: recommend(CROP, 3, 845) },
    { section: 'float, exit on the features', architecture: recommend(CROP, 8, 768) },
    { section: 'float, FC 256', architecture: recommend(PART, 10, 60_000) },
  ];
}

function resolved(architecture: Architecture, classes: number): ResolvedArchitecture {
  return resolveArchitecture(architecture, { views: VIEWS, classes: names(classes) });
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `class${i}`);
}
