export { BrokerUrlSetting, checkBrokerUrl } from './broker-url.js';
export { BundleKeysSetting, readBundleKeys } from './bundle-keys.js';
export { CodedError } from './coded-error.js';
export { type ConfigSources, loadConfig } from './config.js';
export { environmentName } from './config-environment.js';
export { ConfigError, type ConfigErrorCode } from './config-error.js';
export { exposedSecret } from './config-secrets.js';
export { type Check, type CheckResult, failingChecks, type HealthOptions, HealthServer } from './health.js';
export { LifeCycle, type OpenParts, type Startable, type Stoppable } from './life-cycle.js';
export { type ListenOptions, listen } from './listen.js';
export { LimitedLogger, LogLimit } from './log-limit.js';
export { createLogger, type Logger, type LoggerOptions } from './logger.js';
export { isLoopback } from './loopback.js';
export { createMetrics, type Metrics } from './metrics.js';
export { ProcessError, type ProcessErrorCode } from './process-error.js';
export { type ChildMessage, type ParentMessage, type Running, type RunOptions, runProcess } from './run.js';
export { readSettingFile } from './setting-file.js';
export {
  connectionSettings,
  HealthSettings,
  IntegerSetting,
  type LogLevel,
  LogLevelSetting,
  LogSettings,
  PortSetting,
  SecretSetting,
} from './settings.js';
export { inSeconds, StepNote } from './step-note.js';
