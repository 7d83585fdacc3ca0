import { type Block, type ResolvedArchitecture, resolveArchitecture } from '@ddnn/model';
import { type Batch, calibrateNorms, FrozenNorms, Network, type Tensor2D, type TensorFlow } from '@ddnn/tensor';
import { batchRows, createBatch } from '../data/batches.js';
import { createRandom } from '../data/random.js';
import { type FitOptions, fit } from './fit.js';
import { judgeEpoch } from './judge-epoch.js';
import { type FitParts, optionsFromRecipe } from './options-from-recipe.js';

/** A trained network that teaches another one, and is not exported. */
export interface Teacher {
  /** Scores of its cloud exit [batch, classes], with every view that is present. */
  readonly scores: (batch: Batch) => Tensor2D;
  /** On the held-out rows, mean over its exits, 0 to 1. */
  readonly accuracy: number;
  readonly dispose: () => void;
}

/**
 * The same tiers, `width` times as wide. Its device sections compute in float32 like its cloud, because it never has to
 * fit on a camera or on the wire.
 */
export function teacherOf(architecture: ResolvedArchitecture, width: number): ResolvedArchitecture {
  const { device, edge, cloud } = architecture;
  const wider = (blocks: readonly Block[]): Block[] =>
    blocks.map((block) =>
      'fc' in block
        ? { fc: { units: Math.min(4096, block.fc.units * width) } }
        : { convp: { filters: Math.min(256, block.convp.filters * width) } },
    );
  const teacher = {
    ...architecture,
    device: { ...device, section: wider(device.section) },
    ...(edge && { edge: { ...edge, section: wider(edge.section) } }),
    cloud: { ...cloud, section: wider(cloud.section), arithmetic: 'float' as const },
  };
  return resolveArchitecture(teacher, teacher);
}

/**
 * Trains a teacher with the student's recipe, but with no view hidden. It has its own random stream, so that the
 * student's numbers are the same as without a teacher.
 */
export async function trainTeacher(
  tf: TensorFlow,
  architecture: ResolvedArchitecture,
  parts: FitParts,
  hooks: Pick<FitOptions, 'checkpoint' | 'onProgress' | 'signal'>,
): Promise<Teacher> {
  const { recipe, set, judging, seed } = parts;
  const random = createRandom(~seed);
  const network = new Network(teacherOf(architecture, recipe.distillation?.width ?? 2), random, 'float');
  const ownRecipe = { ...recipe, distillation: undefined, viewDropout: 0 };
  await fit(tf, network, set, { ...optionsFromRecipe(tf, network, { ...parts, recipe: ownRecipe, random }), ...hooks });
  const frozen = await calibrateNorms(tf, network, function* () {
    for (const rows of batchRows(set.rows, recipe.batchSize)) yield createBatch(tf, set.data, rows);
  });
  const { accuracy } = await judgeEpoch(tf, network, judging);
  const tensors = network.parameters.tensors(tf);
  const leaves = network.parameters.leaves(tensors);
  return {
    scores: (batch) =>
      tf.tidy(
        () => network.run({ tf, leaves, norms: new FrozenNorms(tf, frozen) }, { ...batch, heard: undefined }).cloud,
      ),
    accuracy,
    dispose: () => tf.dispose(tensors),
  };
}
