export { AgentCore } from './agent-core.js';
export { FeatureCache } from './feature-cache.js';
export { SummaryBatch } from './summary-batch.js';
