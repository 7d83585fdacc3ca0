import { CodedError } from './coded-error.js';

/**
 * What can be wrong with a configuration: `_FILE` not readable, `_YAML` not YAML, `_UNKNOWN_KEY` in the file or a flag,
 * `_UNKNOWN_ENV` a DDNN_ variable that is no setting, `_VALUE` a bad value, `_REQUIRED` a setting without default is
 * missing, `_SECRET` a secret on the command line.
 */
export type ConfigErrorCode =
  | 'DDNN_CONFIG_FILE'
  | 'DDNN_CONFIG_YAML'
  | 'DDNN_CONFIG_UNKNOWN_KEY'
  | 'DDNN_CONFIG_UNKNOWN_ENV'
  | 'DDNN_CONFIG_VALUE'
  | 'DDNN_CONFIG_REQUIRED'
  | 'DDNN_CONFIG_SECRET';

/** A configuration that cannot be used. The message names the setting's path and where its value was given. */
export class ConfigError extends CodedError<ConfigErrorCode> {
  override readonly name = 'ConfigError';
  readonly userFault = true;
}
