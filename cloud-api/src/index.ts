export { Cloud, type CloudPorts } from './cloud.js';
export { CloudError, type CloudErrorCode } from './cloud-error.js';
export { type CloudConfig, CloudConfigSchema } from './config.js';
export { SqliteStore, type SqliteStoreOptions } from './store/sqlite-store.js';
export { type ByteStatistics, labelNames, type Statistics, statistics } from './store/statistics.js';
export { StoreError, type StoreErrorCode } from './store/store-error.js';
export * from './store/verdict-store.js';
