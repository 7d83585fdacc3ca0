import type { Bundle } from '@ddnn/model';
import { type ExitName, ViewState } from '@ddnn/protocol';
import type { DataSet } from '../data/data-set.js';
import { labelsFor } from '../data/labels.js';
import { TrainingError } from '../errors.js';
import { answerSample } from './answer-sample.js';
import { type Batching, ByteCount } from './byte-count.js';
import { eachSample, type PassOptions } from './each-sample.js';
import { askEveryExit, type EveryExit } from './every-exit.js';
import { MissingViews } from './missing-views.js';
import { type EvalSummary, summarise } from './summary.js';
import { type Thresholds, Tiers } from './tiers.js';

/** What to evaluate on what. */
export interface EvalOptions extends PassOptions {
  readonly bundle: Bundle;
  readonly data: DataSet;
  /** Replace the bundle's. */
  readonly thresholds?: Thresholds | undefined;
  /** Views whose cameras are lost: nothing comes from them. */
  readonly lost?: readonly number[] | undefined;
  /** Samples in one frame; one, and full frames of records, when left out. */
  readonly batching?: Batching | undefined;
  /** Also ask every exit about every sample. */
  readonly perExit?: boolean | undefined;
  /** Also take every camera, every pair and every three out of every sample. */
  readonly missing?: boolean | undefined;
}

/** The answer to one sample. */
export interface Outcome {
  /** The row's index. */
  readonly slot: number;
  readonly sample: string;
  readonly label: string;
  readonly exit: ExitName;
  /** Index into the bundle's classes; `NO_CLASS` where no view is present. */
  readonly classIndex: number;
  readonly uncertainty: number;
  readonly correct: boolean;
}

/** All outcomes in slot order, and their summary. */
export interface EvalResult {
  readonly outcomes: readonly Outcome[];
  readonly summary: EvalSummary;
}

/**
 * Answers every sample with the sections and exits that agents, edges and cloud run, each sample only as far up as it
 * must go, and counts the bytes that this puts on the wire. Throws {@link TrainingError} if bundle and data do not fit,
 * and the signal's reason when aborted.
 */
export async function evaluate(options: EvalOptions): Promise<EvalResult> {
  const { bundle, data, lost = [], perExit = false, missing = false } = options;
  const { architecture } = bundle;
  const labels = labelsFor(architecture, data);
  const wrong = lost.find((view) => !Number.isInteger(view) || view < 0 || view >= architecture.views);
  if (wrong !== undefined) {
    const last = architecture.views - 1;
    throw new TrainingError('DDNN_TRAINING_VIEWS', `lost view ${wrong}: ${architecture.name} has views 0 to ${last}`);
  }
  const tiers = new Tiers(bundle, options.thresholds);
  const bytes = new ByteCount(bundle, options.batching);
  const outcomes: Outcome[] = [];
  const asked: (EveryExit | undefined)[] = [];
  const table = missing ? new MissingViews(architecture.views) : undefined;
  const answer = (slot: number) => {
    const { sample, label } = data.rows[slot];
    const images = data.images[slot].map((image, view) => (lost.includes(view) ? null : image));
    const states = Uint8Array.from(images, (image, view) =>
      lost.includes(view) ? ViewState.lost : image ? ViewState.present : ViewState.absent,
    );
    const decision = answerSample(tiers, bytes, { slot, images, states });
    outcomes.push({ slot, sample, label, ...decision, correct: decision.classIndex === labels[slot] });
    if (perExit) asked.push(askEveryExit(tiers, images));
    table?.add(tiers, images, labels[slot]);
  };
  await eachSample(data, answer, options);
  bytes.finish();
  const parts = {
    data,
    labels,
    classes: architecture.classes,
    outcomes,
    bytes,
    lost,
    asked: perExit ? asked : undefined,
    missing: table?.result(),
  };
  return { outcomes, summary: summarise(parts) };
}
