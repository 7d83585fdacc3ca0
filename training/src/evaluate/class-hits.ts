import { balancedAccuracy } from './balanced-accuracy.js';
import { type EveryExit, ofExits } from './every-exit.js';
import type { ExitAccuracy } from './tally.js';

/** Samples of one class, and how many of them the site and each exit get right. */
export interface ClassHits {
  readonly samples: number;
  readonly overall: number;
  readonly local?: number;
  readonly edge?: number;
  readonly cloud: number;
}

type Asked = readonly (EveryExit | undefined)[];
const exits = ['local', 'edge'] as const;

/**
 * How many samples of each class the site and each exit answer right: for a rare class, such a number says more than a
 * share.
 */
export function hitsOfClasses(
  asked: Asked,
  labels: readonly number[],
  right: readonly boolean[],
  classes: readonly string[],
): Record<string, ClassHits> {
  const count = (label: number, isHit: (sample: number) => boolean) =>
    labels.reduce((hits, other, sample) => hits + Number(other === label && isHit(sample)), 0);
  const has = exits.filter((exit) => asked.some((answers) => answers?.[exit]));
  const hits = (label: number): ClassHits => ({
    samples: count(label, () => true),
    overall: count(label, (sample) => right[sample]),
    ...Object.fromEntries(has.map((exit) => [exit, count(label, (sample) => isRight(asked[sample], exit, label))])),
    cloud: count(label, (sample) => isRight(asked[sample], 'cloud', label)),
  });
  return Object.fromEntries(classes.map((name, label) => [name, hits(label)]));
}

/** Mean recall over the classes, if every sample is answered at this one exit. */
export function balancedAccuracyOfExits(asked: Asked, labels: readonly number[]): ExitAccuracy {
  return ofExits(asked, labels, (right) => balancedAccuracy(labels, right));
}

function isRight(answers: EveryExit | undefined, exit: keyof ExitAccuracy, label: number): boolean {
  return answers?.[exit]?.classIndex === label;
}
