export type { VerdictJson } from './answer.js';
export { type EdgeConfig, EdgeConfigSchema } from './config.js';
export { Edge } from './edge.js';
export { EdgeError } from './edge-error.js';
