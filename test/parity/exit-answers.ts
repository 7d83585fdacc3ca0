import {
  bestKernels,
  createLocalTier,
  DeviceTier,
  type Exit,
  type KernelChoice,
  openBundle,
  UpperTier,
} from '@ddnn/model';
import { bitsOf, hex } from './exact.js';
import { readRecording } from './recording.js';

/** One exit's word about one sample. */
export interface ExitAnswer {
  readonly confident: boolean;
  readonly classIndex: number;
  /** Uncertainty: the 64 bits of the double. */
  readonly uncertainty: string;
  /** What every measure is made of, likewise. */
  readonly evidence: readonly string[];
  /** Quantised scores of the upper exits. */
  readonly scores?: readonly number[];
  /** Features that the section gives on, packed bits. */
  readonly features?: string;
}

/** What a site's exits say, and what computed it. */
export interface ExitAnswers {
  readonly kernels: KernelChoice;
  readonly samples: readonly SampleAnswers[];
}

/** What each exit of the site says about one sample; no view present: nothing. */
export type SampleAnswers = Partial<Record<'local' | 'edge' | 'cloud', ExitAnswer>>;

const AT_MOST = 300;

/** Every exit decides each of the first samples, whether or not an exit below was confident. */
export function exitAnswers(
  bundleFile: Uint8Array,
  recording: Uint8Array,
  kernels: KernelChoice = bestKernels(),
  atMost = AT_MOST,
): ExitAnswers {
  const bundle = openBundle(bundleFile);
  const { views, input, edge: hasEdge } = bundle.architecture;
  const { scoreBytes } = bundle.shapes;
  const devices = Array.from({ length: views }, (_, view) => new DeviceTier(bundle, view, kernels));
  const local = createLocalTier(bundle)!;
  const edge = hasEdge ? new UpperTier(bundle, 'edge', 0, undefined, kernels) : undefined;
  const cloud = new UpperTier(bundle, 'cloud', 0, undefined, kernels);
  const scores = new Int8Array(views * scoreBytes);
  const samples: SampleAnswers[] = [];
  for (const sample of readRecording(recording, views, input.height * input.width * input.channels)) {
    if (samples.length === atMost) continue;
    const { mask } = sample;
    const maps = sample.views.map((pixels, view) => {
      if (!pixels) return null;
      devices[view].run(pixels);
      scores.set(devices[view].scores, view * scoreBytes);
      return devices[view].features;
    });
    if (mask === 0) {
      samples.push({});
      continue;
    }
    const answers: SampleAnswers = { local: said(local.exit, local.decide(scores, 0, mask)) };
    if (edge) answers.edge = saidAbove(edge, edge.decide(maps, mask));
    answers.cloud = saidAbove(cloud, edge ? cloud.decide([edge.features], 1) : cloud.decide(maps, mask));
    samples.push(answers);
  }
  return { kernels, samples };
}

function said({ classIndex, uncertainty, evidence }: Exit, confident: boolean): ExitAnswer {
  return { confident, classIndex, uncertainty: bitsOf(uncertainty), evidence: Array.from(evidence, bitsOf) };
}

function saidAbove(tier: UpperTier, confident: boolean): ExitAnswer {
  return { ...said(tier.exit, confident), scores: Array.from(tier.scores), features: hex(tier.features) };
}
