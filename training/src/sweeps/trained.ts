import type { Bundle } from '@ddnn/model';
import { type DataSet, pickViews } from '../data/data-set.js';
import { evaluate } from '../evaluate/evaluate.js';
import type { LostViews } from '../evaluate/lost-views.js';
import type { EvalSummary } from '../evaluate/summary.js';
import { type TrainOptions, trainNetwork } from '../learn/train.js';
import { measureLost } from './cameras.js';
import { survivors, type Variant } from './variants.js';

/** Rows to train on, and rows to measure on: never the same. */
export interface SweepData {
  readonly train: DataSet;
  readonly test: DataSet;
}

/** How far a sweep over several networks is. */
export interface SweepProgress {
  /** From 1. */
  readonly network: number;
  readonly networks: number;
  readonly name: string;
  readonly epoch: number;
  readonly epochs: number;
  /** Of the whole sweep, 0 to 1. */
  readonly share: number;
  readonly secondsLeft: number;
}

/** How to train each network: as {@link TrainOptions}. */
export type SweepOptions = Omit<TrainOptions, 'architecture' | 'data' | 'onProgress'> & {
  readonly onProgress?: ((progress: SweepProgress) => void) | undefined;
};

/** One network of a trained sweep, measured on the rows that it never saw. */
export interface TrainedRow extends Pick<EvalSummary, 'accuracy' | 'balancedAccuracy' | 'exits' | 'bytes'> {
  readonly name: string;
  readonly exitAccuracy: NonNullable<EvalSummary['exitAccuracy']>;
  /** One device's section and exit in memory. */
  readonly deviceBytes: number;
  readonly featureBytes: number;
  readonly seconds: number;
}

/** Trained again for the cameras that are left: the upper bound of what a network can do without the others. */
export interface Retrained extends LostViews {
  readonly seconds: number;
}

/** Trains network after network and measures each. What is measured is yielded at once, so that an abort keeps it. */
export async function* sweepTrained(
  variants: readonly Variant[],
  data: SweepData,
  options: SweepOptions,
): AsyncGenerator<TrainedRow> {
  for await (const { name, bundle, test, seconds } of trainEach(variants, data, options)) {
    const { summary } = await evaluate({ bundle, data: test, perExit: true, signal: options.signal });
    const { accuracy, balancedAccuracy, exits, bytes } = summary;
    const { memoryBytes: deviceBytes, featureBytes } = bundle.shapes.device;
    const exitAccuracy = summary.exitAccuracy!;
    yield { name, accuracy, balancedAccuracy, exitAccuracy, exits, bytes, deviceBytes, featureBytes, seconds };
  }
}

/** The lists of views gone that leave a camera which sees something to train on. */
export function trainable(lost: readonly (readonly number[])[], { images }: DataSet): (readonly number[])[] {
  return lost.filter((gone) => images.some((row) => row.some((image, view) => image && !gone.includes(view))));
}

/** Trains the bundle's architecture again for the views that each list leaves; {@link trainable} ones only. */
export async function* sweepRetrained(
  { architecture }: Bundle,
  lost: readonly (readonly number[])[],
  data: SweepData,
  options: SweepOptions,
): AsyncGenerator<Retrained> {
  const all = Array.from({ length: architecture.views }, (_, view) => view);
  const gone = trainable(lost, data.train);
  const left = gone.map((list) => all.filter((view) => !list.includes(view)));
  const variants = left.map((views) => survivors(architecture, views));
  let i = 0;
  for await (const { bundle, test, seconds } of trainEach(variants, data, options)) {
    const [result] = await measureLost(bundle, test, [[]], { signal: options.signal });
    yield { ...result, lost: gone[i++], seconds };
  }
}

interface TrainedVariant {
  readonly name: string;
  readonly bundle: Bundle;
  /** The rows to measure on, as this network sees them. */
  readonly test: DataSet;
  readonly seconds: number;
}

async function* trainEach(
  variants: readonly Variant[],
  { train, test }: SweepData,
  { onProgress, ...training }: SweepOptions,
): AsyncGenerator<TrainedVariant> {
  const started = performance.now();
  for (const [i, { name, architecture, views }] of variants.entries()) {
    const { bundle, report } = await trainNetwork({
      ...training,
      architecture,
      data: views ? pickViews(train, views) : train,
      onProgress: ({ epoch, epochs }) => {
        const share = (i + epoch / epochs) / variants.length;
        const secondsLeft = ((performance.now() - started) / 1000 / share) * (1 - share);
        onProgress?.({ network: i + 1, networks: variants.length, name, epoch, epochs, share, secondsLeft });
      },
    });
    yield { name, bundle, test: views ? pickViews(test, views) : test, seconds: report.seconds };
  }
}
