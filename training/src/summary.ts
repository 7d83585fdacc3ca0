import { type ExitName, exitNames } from '@ddnn/protocol';
import type { ByteCount } from './byte-count.js';
import type { DataSet } from './data-set.js';
import type { Outcome } from './evaluate.js';
import type { EveryExit } from './every-exit.js';

/** What an evaluation comes to: the JSON that `ddnn eval` prints. Shares are 0 to 1, bytes are averages per device and sample. */
export interface EvalSummary {
  readonly samples: number;
  readonly accuracy: number;
  /** Mean recall over the classes that have a sample. */
  readonly balancedAccuracy: number;
  /** Samples answered at each exit; they add up to `samples`. */
  readonly exits: Readonly<Record<ExitName, number>>;
  /** Samples without a verdict. */
  readonly lost: number;
  readonly bytes: {
    /** Device → edge, payloads only: what the paper's formula counts. */
    readonly payloadPerView: number;
    /** Whole MQTT packets, device ↔ edge, and the site's uplink divided by its devices. */
    readonly wirePerView: number;
    /** Pixels of the present views. */
    readonly rawPerView: number;
    /** JPEG files of the present views; null where the data set does not hold JPEG files of the input's size. */
    readonly jpegPerView: number | null;
  };
  /** Accuracy where every sample is answered at that one exit; only when asked for. */
  readonly exitAccuracy?: { readonly local?: number; readonly edge?: number; readonly cloud: number };
}

/** The parts that a summary is made of. */
export interface SummaryParts {
  readonly data: DataSet;
  readonly labels: readonly number[];
  readonly outcomes: readonly Outcome[];
  readonly bytes: ByteCount;
  readonly lost: readonly number[];
  /** What each exit says about each sample. */
  readonly asked: readonly (EveryExit | undefined)[] | undefined;
}

/** Sums up an evaluation. */
export function summarise({ data, labels, outcomes, bytes, lost, asked }: SummaryParts): EvalSummary {
  const samples = outcomes.length;
  const exits = Object.fromEntries(
    exitNames.map((name) => [name, outcomes.filter(({ exit }) => exit === name).length]),
  ) as Record<ExitName, number>;
  const perView = (total: number) => total / Math.max(1, samples * data.views);
  const seen = <T>(cells: readonly (readonly T[])[]) => cells.flatMap((row) => row.filter((_, v) => !lost.includes(v)));
  const images = seen(data.images).filter((image) => image !== null);
  const jpegs = seen(data.jpegBytes).filter((size) => size !== null);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    samples,
    accuracy: outcomes.filter(({ correct }) => correct).length / Math.max(1, samples),
    balancedAccuracy: balanced(labels, outcomes),
    exits,
    lost: 0,
    bytes: {
      payloadPerView: perView(bytes.payload),
      wirePerView: perView(bytes.wire + bytes.uplink),
      rawPerView: perView(sum(images.map(({ length }) => length))),
      jpegPerView: jpegs.length === images.length ? perView(sum(jpegs)) : null,
    },
    ...(asked && { exitAccuracy: accuracyOfExits(labels, asked) }),
  };
}

function balanced(labels: readonly number[], outcomes: readonly Outcome[]): number {
  const recalls = [...new Set(labels)].map((label) => {
    const ofClass = outcomes.filter((_, i) => labels[i] === label);
    return ofClass.filter(({ correct }) => correct).length / ofClass.length;
  });
  return recalls.reduce((total, recall) => total + recall, 0) / Math.max(1, recalls.length);
}

function accuracyOfExits(
  labels: readonly number[],
  asked: readonly (EveryExit | undefined)[],
): NonNullable<EvalSummary['exitAccuracy']> {
  const share = (exit: keyof EveryExit) =>
    asked.filter((answers, i) => answers?.[exit]?.classIndex === labels[i]).length / Math.max(1, asked.length);
  const has = (exit: keyof EveryExit) => asked.some((answers) => answers?.[exit]);
  return {
    ...(has('local') && { local: share('local') }),
    ...(has('edge') && { edge: share('edge') }),
    cloud: share('cloud'),
  };
}
