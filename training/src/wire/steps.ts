import type { Bundle } from '@ddnn/model';
import type { Batching } from '../byte-count.js';
import type { DataSet } from '../data-set.js';
import { evaluate } from '../evaluate.js';
import { paperBytes } from '../sweeps/paper.js';
import { recode, withoutFeatureCode } from './recode.js';

/** One network with one more means to save bytes. Bytes as of an evaluation. */
export interface WireStep {
  readonly name: string;
  readonly note: string;
  readonly accuracy: number;
  readonly wirePerView: number;
}

/** What each means is worth on one network, each on top of those before it. */
export interface WireSteps {
  readonly steps: readonly WireStep[];
  /** The paper's formula for this network, with scores as bytes. */
  readonly formula: { readonly accuracy: number; readonly bytesPerView: number };
}

/** Records of a frame that was flushed every 200 ms, at ten samples a second. */
const FEW_RECORDS = 2;

/**
 * Takes the means of a network away again, all but the weights, and gives them back one by one. The last step is the bundle as it is.
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
  const named: [string, Bundle, Batching, string][] = [
    [
      'at first',
      bare,
      { records: FEW_RECORDS },
      'scores a byte each, features bare, one sample a frame, two records a frame, in their layout of today',
    ],
    ['records rarely', bare, {}, '256 records a frame'],
    [`scores in ${scoreBits} bits`, fewBits, {}, 'and presence as bits; same threshold, so samples may exit elsewhere'],
    [`${samples} samples a frame`, fewBits, { samples }, 'all frames of the batch are shared'],
    ['scores coded', withoutFeatureCode(bundle), { samples }, 'arithmetic coding; features bare, behind their length'],
    ['features coded', bundle, { samples }, 'arithmetic coding: what ships'],
  ];
  const steps: WireStep[] = [];
  for (const [name, network, batching, note] of named) {
    const { summary } = await evaluate({ bundle: network, data: test, batching });
    steps.push({ name, note, accuracy: summary.accuracy, wirePerView: summary.bytes.wirePerView });
  }
  const { summary } = await evaluate({ bundle: bare, data: test });
  const local = summary.exits.local / Math.max(1, summary.samples);
  const bytesPerView = paperBytes(architecture.classes.length, shapes.device.featureBytes, local);
  return { steps, formula: { accuracy: summary.accuracy, bytesPerView } };
}
