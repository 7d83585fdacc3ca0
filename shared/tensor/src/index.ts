export {
  type Backend,
  type BackendName,
  loadBackend,
  loadWasm,
  type Scalar,
  type Tensor,
  type Tensor2D,
  type TensorFlow,
} from './backend.js';
export * from './calibrate.js';
export * from './convp.js';
export * from './errors.js';
export * from './fc.js';
export * from './join-features.js';
export * from './join-scores.js';
export * from './network.js';
export * from './norm.js';
export * from './parameters.js';
export * from './section.js';
export * from './sign.js';
