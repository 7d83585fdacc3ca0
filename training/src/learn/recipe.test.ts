import { expect, test } from 'vitest';
import { createRecipe } from './recipe.js';

test('The call goes before the architecture, the architecture before the paper’s 100 epochs of 64 samples', () => {
  expect(createRecipe({})).toEqual({ epochs: 100, batchSize: 64, learningRate: 0.001, holdOut: 0.15 });
  const settings = { epochs: 30, batch: 16, rate: 0.01, viewDropout: 0.2 };
  expect(createRecipe({}, settings)).toMatchObject({ epochs: 30, batchSize: 16, learningRate: 0.01, viewDropout: 0.2 });
  const options = { epochs: 2, batchSize: 8, learningRate: 0.1, holdOut: 0.3 };
  expect(createRecipe(options, settings)).toMatchObject(options);
});
