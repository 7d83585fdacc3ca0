import { type ExitName, exitNames } from '@ddnn/protocol';
import type { DataSet } from '../data/data-set.js';
import { type ImageBytes, imageBytes } from '../data/image-bytes.js';
import { balancedAccuracy } from './balanced-accuracy.js';
import type { ByteCount } from './byte-count.js';
import { balancedAccuracyOfExits, type ClassHits, hitsOfClasses } from './class-hits.js';
import { type ConfidenceTable, confidenceTable } from './confidence-table.js';
import type { Outcome } from './evaluate.js';
import { accuracyOfExits, type EveryExit } from './every-exit.js';
import type { MissingTable } from './missing-views.js';
import type { ExitAccuracy } from './tally.js';

/**
 * The result of an evaluation: the JSON that `ddnn eval` prints. Shares are 0 to 1, bytes are averages per device and
 * sample.
 */
export interface EvalSummary {
  readonly samples: number;
  readonly accuracy: number;
  /** Mean recall over the classes that have a sample. */
  readonly balancedAccuracy: number;
  /** Samples answered at each exit; they add up to `samples`. */
  readonly exits: Readonly<Record<ExitName, number>>;
  /** Samples without a verdict. */
  readonly lost: number;
  readonly bytes: ImageBytes & {
    /** Device → edge, scores and features alone: what the paper's formula counts, with one byte a score. */
    readonly payloadPerView: number;
    /** Whole MQTT packets, device ↔ edge, and the site's uplink divided by its devices. */
    readonly wirePerView: number;
  };
  /** Accuracy where every sample is answered at that one exit; only when asked for. */
  readonly exitAccuracy?: ExitAccuracy;
  /** The same, as the mean recall over the classes that have a sample. */
  readonly exitBalancedAccuracy?: ExitAccuracy;
  /** Samples of each class and what is right of them; only when asked for. */
  readonly classes?: Readonly<Record<string, ClassHits>>;
  /** How well each measure tells wrong answers of an exit from right ones; only when asked for. */
  readonly confidence?: ConfidenceTable;
  /** What is left with cameras taken out; only when asked for. */
  readonly missing?: MissingTable;
}

/** The parts that a summary is made of. */
export interface SummaryParts {
  readonly data: DataSet;
  readonly labels: readonly number[];
  /** Of the bundle. */
  readonly classes: readonly string[];
  readonly outcomes: readonly Outcome[];
  readonly bytes: ByteCount;
  readonly lost: readonly number[];
  /** What each exit says about each sample. */
  readonly asked: readonly (EveryExit | undefined)[] | undefined;
  readonly missing?: MissingTable | undefined;
}

/** Sums up an evaluation. */
export function summarise({ data, labels, classes, outcomes, bytes, lost, asked, missing }: SummaryParts): EvalSummary {
  const samples = outcomes.length;
  const right = outcomes.map(({ correct }) => correct);
  const exits = Object.fromEntries(
    exitNames.map((name) => [name, outcomes.filter(({ exit }) => exit === name).length]),
  ) as Record<ExitName, number>;
  const perView = (total: number) => total / Math.max(1, samples * data.views);
  return {
    samples,
    accuracy: right.filter(Boolean).length / Math.max(1, samples),
    balancedAccuracy: balancedAccuracy(labels, right),
    exits,
    lost: 0,
    bytes: {
      payloadPerView: perView(bytes.payload),
      wirePerView: perView(bytes.wire + bytes.uplink),
      ...imageBytes(data, lost),
    },
    ...(asked && {
      exitAccuracy: accuracyOfExits(asked, labels),
      exitBalancedAccuracy: balancedAccuracyOfExits(asked, labels),
      classes: hitsOfClasses(asked, labels, right, classes),
      confidence: confidenceTable(asked, labels),
    }),
    ...(missing && { missing }),
  };
}
