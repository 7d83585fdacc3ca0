import { setImmediate } from 'node:timers/promises';
import type { Bundle } from '@ddnn/model';
import { type ExitName, NO_CLASS, ViewState } from '@ddnn/protocol';
import { ByteCount } from './byte-count.js';
import type { DataSet } from './data-set.js';
import { TrainingError } from './errors.js';
import { askEveryExit, type EveryExit, mostConfident } from './every-exit.js';
import { labelsFor } from './labels.js';
import { type EvalSummary, summarise } from './summary.js';
import { type Answer, type Thresholds, Tiers } from './tiers.js';

/** What to evaluate on what. */
export interface EvalOptions {
  readonly bundle: Bundle;
  readonly data: DataSet;
  /** Replace the bundle's. */
  readonly thresholds?: Thresholds | undefined;
  /** Views whose cameras are gone: nothing comes from them. */
  readonly lost?: readonly number[] | undefined;
  /** Also ask every exit about every sample. */
  readonly perExit?: boolean | undefined;
  readonly onProgress?: ((done: number, samples: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
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
  readonly entropy: number;
  readonly correct: boolean;
}

/** All outcomes in slot order, and what they come to. */
export interface EvalResult {
  readonly outcomes: readonly Outcome[];
  readonly summary: EvalSummary;
}

const SAMPLES_PER_TURN = 16;

/**
 * Answers every sample with the sections and exits that agents, edges and cloud run, each only as far up as it must go, and counts the
 * bytes that this puts on the wire. Throws {@link TrainingError} where bundle and data do not fit, and the signal's reason where it aborts.
 */
export async function evaluate(options: EvalOptions): Promise<EvalResult> {
  const { bundle, data, lost = [], perExit = false, onProgress, signal } = options;
  const { architecture } = bundle;
  const labels = labelsFor(architecture, data);
  const wrong = lost.find((view) => !Number.isInteger(view) || view < 0 || view >= architecture.views);
  if (wrong !== undefined) {
    const last = architecture.views - 1;
    throw new TrainingError('DDNN_TRAINING_VIEWS', `lost view ${wrong}: ${architecture.name} has views 0 to ${last}`);
  }
  const tiers = new Tiers(bundle, options.thresholds);
  const bytes = new ByteCount(bundle);
  const outcomes: Outcome[] = [];
  const asked: (EveryExit | undefined)[] = [];
  for (const [slot, { sample, label }] of data.rows.entries()) {
    if (slot % SAMPLES_PER_TURN === 0) {
      signal?.throwIfAborted();
      onProgress?.(slot, data.rows.length);
      await setImmediate();
    }
    const images = data.images[slot].map((image, view) => (lost.includes(view) ? null : image));
    const states = Uint8Array.from(images, (image, view) =>
      lost.includes(view) ? ViewState.lost : image ? ViewState.present : ViewState.absent,
    );
    const { exit, classIndex, entropy } = answer(tiers, bytes, slot, images, states);
    outcomes.push({ slot, sample, label, exit, classIndex, entropy, correct: classIndex === labels[slot] });
    if (perExit) asked.push(askEveryExit(tiers, images));
  }
  bytes.finish();
  onProgress?.(data.rows.length, data.rows.length);
  return { outcomes, summary: summarise({ data, labels, outcomes, bytes, lost, asked: perExit ? asked : undefined }) };
}

interface Decision {
  readonly exit: ExitName;
  readonly classIndex: number;
  readonly entropy: number;
}

/** Takes one sample through the site and, where needed, the cloud. */
function answer(
  tiers: Tiers,
  bytes: ByteCount,
  slot: number,
  images: readonly (Uint8Array | null)[],
  states: Uint8Array,
): Decision {
  const mask = tiers.present(images);
  for (const [view, device] of tiers.devices.entries()) {
    if (states[view] !== ViewState.lost) bytes.summary(view, slot, images[view] ? device.scores : null);
  }
  const verdict = (decision: Decision) => ({ slot, reason: 'none' as const, states, ...decision });
  if (mask === 0) {
    const none: Decision = { exit: 'local', classIndex: NO_CLASS, entropy: 0 };
    for (const edge of tiers.groups.keys()) bytes.record(edge, verdict(none));
    return none;
  }
  const edges = [...tiers.groups.keys()].filter((edge) => tiers.groupMask(edge) !== 0);
  const requested = new Set<number>();
  const request = (edge: number) => {
    if (requested.has(edge)) return;
    requested.add(edge);
    for (const view of tiers.groups[edge]) {
      const features = tiers.features[view];
      if (features) bytes.features(view, slot, features);
    }
  };
  let exit: ExitName = 'local';
  const answers = edges.map((edge): Answer | undefined => {
    const local = tiers.local(edge);
    if (local?.confident) return local;
    exit = 'edge';
    request(edge);
    return tiers.edge(edge);
  });
  const site = answers.every((given) => given) ? mostConfident(answers) : undefined;
  if (site?.confident) {
    const decision: Decision = { exit, classIndex: site.classIndex, entropy: site.entropy };
    const several = tiers.groups.length > 1;
    for (const edge of edges) {
      // One edge answers on its own; of several, each sends its scores and the cloud picks the most confident.
      if (several) bytes.sendUp(edge, 'scores', tiers.scoresBody, verdict(decision));
      else bytes.record(edge, verdict(decision));
    }
    return decision;
  }
  for (const edge of edges) {
    request(edge);
    if (tiers.edges.length > 0) tiers.edge(edge);
  }
  const { classIndex, entropy } = tiers.answerInCloud();
  const decision: Decision = { exit: 'cloud', classIndex, entropy };
  for (const edge of edges) {
    const body = tiers.edges.length > 0 ? tiers.edges[edge].features : sideBySide(tiers.features);
    bytes.sendUp(edge, tiers.edges.length > 0 ? 'edge' : 'views', body, verdict(decision));
  }
  return decision;
}

function sideBySide(features: readonly (Uint8Array | null)[]): Uint8Array {
  return Uint8Array.from(features.flatMap((body) => (body ? [...body] : [])));
}
