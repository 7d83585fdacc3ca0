import { NO_CLASS, type Verdict, ViewState } from '@ddnn/protocol';
import type { DataSet } from '@ddnn/training';
import {
  type Batching,
  ByteCount,
  eachSample,
  labelsFor,
  type PassOptions,
  RememberedBodies,
  Tiers,
} from '@ddnn/training/steps';
import { UnsureSample } from './unsure-sample.js';
import { surestFirst } from './view-order.js';

/**
 * A way to ask for features that is not shipped: of some views only, and of the rest where the cloud is not sure of
 * these.
 */
export interface Rounds {
  /** Which views are asked first, by their own scores. */
  readonly order: 'surest' | 'least sure';
  /** So many of the present views. */
  readonly views: number;
  /** The rest is asked where the cloud's margin uncertainty is above it; left out: never. */
  readonly refineAbove?: number | undefined;
}

/** What a way to ask came to. Bytes as `wirePerView` of an evaluation. */
export interface RoundsRow extends Rounds {
  readonly accuracy: number;
  readonly wirePerView: number;
  /** Share of the samples that took a second round. */
  readonly refined: number;
}

const REFINE_ABOVE = [0.03, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98] as const;

/** Two, three and four views, either order, without a second round and with one above each of some uncertainties. */
export const simulatedRounds: readonly Rounds[] = (['surest', 'least sure'] as const).flatMap((order) =>
  [2, 3, 4].flatMap((views) => [undefined, ...REFINE_ABOVE].map((refineAbove) => ({ order, views, refineAbove }))),
);

/**
 * Answers every sample as one edge and the cloud would if features were asked in rounds, and counts the frames of it:
 * round two costs a request from the cloud (one sample a frame), requests to the devices left, their features, and a
 * second frame up; the verdict comes once. In view states a view whose features are not in that frame stands as *late*.
 * Summaries, local exits and records are as they are.
 *
 * @returns in the order of `rounds`; empty for a bundle without a local exit, with an edge section or with several
 * edges
 */
export async function simulateRounds(
  bundle: Tiers['bundle'],
  data: DataSet,
  {
    rounds = simulatedRounds,
    batching,
    ...pass
  }: PassOptions & { readonly rounds?: readonly Rounds[]; readonly batching?: Batching | undefined } = {},
): Promise<RoundsRow[]> {
  const tiers = new Tiers(bundle);
  if (!bundle.architecture.local || tiers.edges.length > 0 || tiers.groups.length > 1) return [];
  const labels = labelsFor(bundle.architecture, data);
  const bodies = new RememberedBodies(bundle);
  const site = new ByteCount(bundle, batching);
  const count = () => new ByteCount(bundle, batching, bodies);
  const simulated = rounds.map((how) => new Simulated(how, count(), count()));
  let right = 0;
  const visit = (slot: number) => {
    const images = data.images[slot];
    const mask = tiers.present(images);
    const scores = images.map((image, view) => (image ? tiers.devices[view].scores : null));
    for (const [view, own] of scores.entries()) site.summary(view, slot, own);
    const local = mask === 0 ? { classIndex: NO_CLASS, uncertainty: 0, confident: true } : tiers.local(0)!;
    if (local.confident) {
      const states = Uint8Array.from(images, (image) => (image ? ViewState.present : ViewState.absent));
      const { classIndex, uncertainty } = local;
      site.record(0, { slot, states, exit: 'local', reason: 'none', classIndex, uncertainty });
      if (classIndex === labels[slot]) right++;
      return;
    }
    bodies.begin();
    const order = surestFirst(scores);
    const sample = new UnsureSample(tiers, { slot, order, label: labels[slot] });
    for (const one of simulated) one.answer(sample);
  };
  await eachSample(data, visit, pass);
  site.finish();
  const samples = Math.max(1, data.rows.length);
  const always = site.wire + site.uplink;
  return simulated.map((one) => ({
    ...one.how,
    accuracy: (right + one.right) / samples,
    wirePerView: (always + one.bytes()) / (samples * data.views),
    refined: one.refined / samples,
  }));
}

/** One way to ask, over the samples that no local exit was sure of. */
class Simulated {
  right = 0;
  refined = 0;
  readonly how: Rounds;
  readonly #first: ByteCount;
  /** Frames of the second round never join those of the first. */
  readonly #second: ByteCount;

  constructor(how: Rounds, first: ByteCount, second: ByteCount) {
    this.how = how;
    this.#first = first;
    this.#second = second;
  }

  answer(sample: UnsureSample): void {
    const { slot, order } = sample;
    const { views, refineAbove = Number.POSITIVE_INFINITY } = this.how;
    const all = this.how.order === 'surest' ? order : order.toReversed();
    const [asked, rest] = [all.slice(0, views), all.slice(views)];
    const features = ask(this.#first, sample, asked);
    let answer = sample.answer(asked);
    if (rest.length === 0 || answer.measures!.margin! <= refineAbove) {
      this.#first.sendViewsUp(0, features, verdict(slot, statesOf(features, rest), answer));
    } else {
      this.refined++;
      this.#first.reportViews(0, slot, features, statesOf(features, rest));
      this.#second.uplinkRequest(0, slot);
      const others = ask(this.#second, sample, rest);
      answer = sample.answer(all);
      this.#second.sendViewsUp(0, others, verdict(slot, statesOf(others, asked), answer));
    }
    if (answer.classIndex === sample.label) this.right++;
  }

  bytes(): number {
    this.#first.finish();
    this.#second.finish();
    return this.#first.wire + this.#first.uplink + this.#second.wire + this.#second.uplink;
  }
}

function ask(bytes: ByteCount, sample: UnsureSample, views: readonly number[]): (Uint8Array | null)[] {
  const features = sample.featuresOf(views);
  for (const view of views) bytes.features(view, sample.slot, features[view]!);
  return features;
}

/** @param others present views whose features do not come with these */
function statesOf(features: readonly (Uint8Array | null)[], others: readonly number[]): Uint8Array {
  return Uint8Array.from(features, (bits, view) => {
    if (bits) return ViewState.present;
    return others.includes(view) ? ViewState.late : ViewState.absent;
  });
}

function verdict(
  slot: number,
  states: Uint8Array,
  { classIndex, uncertainty }: { readonly classIndex: number; readonly uncertainty: number },
): Verdict {
  return { slot, states, exit: 'cloud', reason: 'none', classIndex, uncertainty };
}
