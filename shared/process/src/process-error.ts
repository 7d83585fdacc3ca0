import { CodedError } from './coded-error.js';

/**
 * What keeps a process from running: its port is taken, or may not or cannot be bound; a file it needs cannot be read.
 */
export type ProcessErrorCode =
  | 'DDNN_PROCESS_PORT_IN_USE'
  | 'DDNN_PROCESS_PORT_FORBIDDEN'
  | 'DDNN_PROCESS_HOST_UNAVAILABLE'
  | 'DDNN_PROCESS_FILE';

/** A fault outside the program that the user can correct. The message names the setting. */
export class ProcessError extends CodedError<ProcessErrorCode> {
  override readonly name = 'ProcessError';
  readonly userFault = true;
}
