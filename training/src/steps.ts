/*
 * The steps that training and evaluation are made of, one by one: for who measures them (`test/bench`). Unlike the
 * package's main entry they may change with the code.
 */
export { learnCodes } from './code/learn-codes.js';
export { batchRows, createBatch } from './data/batches.js';
export { labelsFor } from './data/labels.js';
export { createRandom, shuffled } from './data/random.js';
export { type Batching, ByteCount } from './evaluate/byte-count.js';
export { eachSample, type PassOptions } from './evaluate/each-sample.js';
export { RememberedBodies } from './evaluate/encoded-bodies.js';
export { type Answer, Tiers } from './evaluate/tiers.js';
export { fit } from './learn/fit.js';
export { createTargets } from './learn/targets.js';
