import type { Network, TensorFlow } from '@ddnn/tensor';
import { augmentation } from '../data/augment.js';
import { classWeights, selectionWeights } from '../data/class-weights.js';
import { mixup } from '../data/mixup.js';
import { createRandom, type Random, shuffled } from '../data/random.js';
import type { FitOptions, TrainingRows } from './fit.js';
import { judgeEpoch } from './judge-epoch.js';
import type { Recipe } from './recipe.js';
import { viewDropout } from './view-dropout.js';

/** What one network is trained with. */
export interface FitParts {
  readonly recipe: Recipe;
  readonly set: TrainingRows;
  /** Rows that thresholds and the best epoch are chosen on. */
  readonly judging: TrainingRows;
  readonly seed: number;
  readonly random: Random;
}

/**
 * Turns a recipe into the options of the training loop; what the recipe leaves out takes nothing from the random
 * stream.
 */
export function optionsFromRecipe(
  tf: TensorFlow,
  network: Network,
  { recipe, set, judging, seed, random }: FitParts,
): Omit<FitOptions, 'onProgress'> {
  const { data, labels, rows } = set;
  const classes = network.architecture.classes.length;
  const weights =
    recipe.classWeights === 'balanced' ? classWeights(labels, rows, classes, recipe.classWeightPower) : undefined;
  const mixed = { ...judging, rows: shuffled(judging.rows, createRandom(seed)) };
  const selection = selectionWeights(recipe, judging, classes);
  return {
    epochs: recipe.epochs,
    batchSize: recipe.batchSize,
    learningRate: recipe.learningRate,
    averaging: recipe.averaging,
    random,
    targets: { weights, smoothing: recipe.labelSmoothing },
    hide: viewDropout(data, recipe.viewDropout ?? 0, random),
    augment: augmentation(data, recipe.augment, random),
    mix: mixup(rows, recipe.mixup ?? 0, random),
    distillation: recipe.distillation && { temperature: 1, ...recipe.distillation },
    earlyStopping: recipe.earlyStopping && {
      patience: recipe.earlyStopping.patience,
      judge: () => judgeEpoch(tf, network, mixed, selection),
    },
  };
}
