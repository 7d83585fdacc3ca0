import type { Architecture } from '../architecture/architecture.js';
import { volume } from '../architecture/shapes.js';
import { type Bundle, tensor } from '../bundle/bundle.js';
import { ModelError } from '../errors.js';
import { bestKernels, type KernelChoice } from '../kernels/kernels.js';
import { scoreLevels } from '../plain/quantise.js';
import { CERTAIN, LEAST } from './arithmetic-coder.js';
import { BareFeatures, BareScores } from './bare.js';
import { FeatureCode } from './feature-code.js';
import { type CodeMemory, KernelFeatureCode } from './kernel-feature-code.js';
import { MapContext } from './map-context.js';
import { ScoreCode, scoreShareCount } from './score-code.js';

/*
 * Names of a bundle's tensors, where `device.coding` is arithmetic: `device.2.code.bias` and `.neighbours` (features of
 * view 2), and `device.2.code.scores` where `local.scoreBits` is below 8.
 */

/** How features are coded for sending. */
export type FeatureCoder = Pick<FeatureCode, 'encode' | 'decode'>;
/** How the scores of a view's samples are coded for sending. */
export type ScoreCoder = Pick<ScoreCode, 'begin' | 'add' | 'finish' | 'decode' | 'fits' | 'mostBytes'>;

/** Whether summaries carry a message of the score code in place of bare scores. */
export function codedSummaries(architecture: Architecture): boolean {
  return architecture.device.coding === 'arithmetic' || scoreLevels(architecture) !== undefined;
}

/**
 * The code for the features of a view, on the fastest kernels of this engine unless told otherwise; all of them give
 * the same bytes. Throws `DDNN_BUNDLE_CONTENT` if a tensor is missing.
 *
 * @param memory the memory of the kernels; make all codes that share one before the first of them runs
 */
export function createFeatureCode(
  bundle: Bundle,
  view: number,
  kernels: KernelChoice = bestKernels(),
  memory?: CodeMemory,
): FeatureCoder {
  const { architecture, shapes } = bundle;
  if (architecture.device.coding !== 'arithmetic') return new BareFeatures();
  const { output } = shapes.device;
  const name = `device.${view}.code`;
  const weights = {
    bias: tensor(bundle, `${name}.bias`, Int16Array, volume(output)),
    neighbours: tensor(bundle, `${name}.neighbours`, Int16Array, new MapContext(output).weights),
  };
  return kernels === 'simd' ? new KernelFeatureCode(output, weights, memory) : new FeatureCode(output, weights);
}

/** The code for the scores of a view. Throws `DDNN_BUNDLE_CONTENT` if a tensor is missing. */
export function createScoreCode(bundle: Bundle, view: number): ScoreCoder {
  const { architecture, shapes } = bundle;
  const levels = scoreLevels(architecture);
  if (levels === undefined) return new BareScores(shapes.scoreBytes);
  const count = scoreShareCount(shapes.scoreBytes, levels);
  const learnt = architecture.device.coding === 'arithmetic';
  const name = `device.${view}.code.scores`;
  const shares = learnt ? tensor(bundle, name, Uint16Array, count) : evenShares(shapes.scoreBytes, levels);
  const wrong = shares.findIndex((share) => share < LEAST || share > CERTAIN - LEAST);
  if (wrong >= 0) throw new ModelError('DDNN_BUNDLE_CONTENT', `tensor ${name}: value ${wrong} is ${shares[wrong]}`);
  return new ScoreCode(shapes.scoreBytes, levels, shares);
}

/** {@link ScoreShares} without learning: every level is equally likely, so a score takes log2(levels + 1) bits. */
export function evenShares(classes: number, levels: number): Uint16Array {
  return Uint16Array.from({ length: scoreShareCount(classes, levels) }, (_, i) => {
    const level = i % levels;
    const more = (levels - level) / (levels - level + 1);
    return Math.max(LEAST, Math.min(CERTAIN - LEAST, Math.round(more * CERTAIN)));
  });
}
