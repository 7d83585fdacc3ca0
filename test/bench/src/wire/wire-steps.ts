import type { Bundle } from '@ddnn/model';
import { type DataSet, evaluate, paperBytes } from '@ddnn/training';
import type { Batching } from '@ddnn/training/steps';
import { recode, withEvenScores } from './recode.js';

/** One network with one more means to save bytes. Bytes as of an evaluation. */
export interface WireStep {
  readonly name: string;
  readonly note: string;
  readonly accuracy: number;
  readonly wirePerView: number;
  /** Share of the samples. */
  readonly localExits: number;
}

/** What each means is worth on one network, each on top of those before it. */
export interface WireSteps {
  readonly steps: readonly WireStep[];
  /** The paper's formula for this network, with scores as bytes. */
  readonly formula: { readonly accuracy: number; readonly bytesPerView: number };
}

interface Means extends Pick<WireStep, 'name' | 'note'> {
  readonly network: Bundle;
  readonly batching: Batching;
}

/** Records of a frame that was flushed every 200 ms, at ten samples a second. */
const FEW_RECORDS = 2;

/**
 * Takes the means of a network away again, all but the weights, and gives them back one by one. The last step is the
 * bundle as it is.
 *
 * @param bundle with coded scores and features
 * @param train rows that it was trained on: the scores' step is fitted to them
 * @param samples in a summary frame, once they are batched
 */
export async function wireSteps(
  bundle: Bundle,
  { train, test }: { readonly train: DataSet; readonly test: DataSet },
  samples: number,
): Promise<WireSteps> {
  const { architecture, shapes } = bundle;
  const scoreBits = architecture.local?.scoreBits ?? 8;
  const bare = await recode(bundle, train, { scoreBits: 8 });
  const fewBits = await recode(bundle, train, { scoreBits });
  const means: readonly Means[] = [
    {
      name: 'at first',
      network: bare,
      batching: { records: FEW_RECORDS },
      note: `scores a byte each, features bare, one sample a frame, ${FEW_RECORDS} records a frame, in their layout of today`,
    },
    {
      name: 'records rarely',
      network: bare,
      batching: {},
      note: '256 records a frame; at ten samples a second an edge fills some fifty in its five seconds, for about 0.15 bytes more',
    },
    {
      name: `scores in ${scoreBits} bits`,
      network: fewBits,
      batching: {},
      note: 'and presence as bits; same threshold, so some samples may exit elsewhere',
    },
    {
      name: `${samples} samples a frame`,
      network: fewBits,
      batching: { samples },
      note: 'what follows shares frames too',
    },
    {
      name: 'features coded',
      network: withEvenScores(bundle),
      batching: { samples },
      note: 'arithmetic coding with what was learnt of each view',
    },
    { name: 'scores coded', network: bundle, batching: { samples }, note: 'likewise: what ships' },
  ];
  const steps: WireStep[] = [];
  for (const { name, network, batching, note } of means) {
    const { summary } = await evaluate({ bundle: network, data: test, batching });
    const localExits = summary.exits.local / Math.max(1, summary.samples);
    steps.push({ name, note, accuracy: summary.accuracy, wirePerView: summary.bytes.wirePerView, localExits });
  }
  const [{ accuracy, localExits }] = steps;
  const bytesPerView = paperBytes(architecture.classes.length, shapes.device.featureBytes, localExits);
  return { steps, formula: { accuracy, bytesPerView } };
}
