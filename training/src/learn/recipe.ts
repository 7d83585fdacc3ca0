import type { TrainingSettings } from '@ddnn/model';
import { badOption } from '../errors.js';

/** What a call may set, and an architecture too; the call has priority. */
export interface RecipeOptions {
  /** Default 100. */
  readonly epochs?: number | undefined;
  /** Samples a step; default 64. */
  readonly batchSize?: number | undefined;
  /** At the start; default 0.001. */
  readonly learningRate?: number | undefined;
  /**
   * Share of each class that is not trained on, and on which thresholds are chosen; default 0.15. If this gives no row
   * at all, thresholds are chosen on the training rows, and let too much exit early.
   */
  readonly holdOut?: number | undefined;
}

/**
 * How a network is trained, with every default filled in: the paper's values (DDNN, section IV-B) where the paper gives
 * them.
 */
export interface Recipe extends Omit<TrainingSettings, 'epochs' | 'batch' | 'rate'> {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly holdOut: number;
}

/** Fills in what the call leaves to the architecture. Throws `DDNN_TRAINING_OPTION`. */
export function createRecipe(options: RecipeOptions, settings: TrainingSettings = {}): Recipe {
  const { epochs, batch, rate, ...rest } = settings;
  const recipe = {
    ...rest,
    epochs: options.epochs ?? epochs ?? 100,
    batchSize: options.batchSize ?? batch ?? 64,
    learningRate: options.learningRate ?? rate ?? 1e-3,
    holdOut: options.holdOut ?? 0.15,
  };
  check(recipe);
  return recipe;
}

function check({ epochs, batchSize, learningRate, holdOut }: Recipe): void {
  const bad = (name: string, value: number, rule: string) => badOption(`${name} is ${value}, it must be ${rule}`);
  if (!(Number.isInteger(epochs) && epochs >= 1)) throw bad('epochs', epochs, 'an integer from 1');
  if (!(Number.isInteger(batchSize) && batchSize >= 2)) throw bad('batchSize', batchSize, 'an integer from 2');
  if (!(learningRate > 0)) throw bad('learningRate', learningRate, 'above 0');
  if (!(holdOut >= 0 && holdOut < 1)) throw bad('holdOut', holdOut, 'from 0 to below 1');
}
