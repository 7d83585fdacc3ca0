import { CodedError } from '@ddnn/process';

/**
 * What goes wrong while an agent runs. `_TAKEN` ends it: another process has its name. The others are only logged and
 * counted. `_BUNDLE`: the edge serves another bundle. `_FAILED`: an error of ours with a frame.
 */
export type AgentErrorCode = 'DDNN_AGENT_TAKEN' | 'DDNN_AGENT_BUNDLE' | 'DDNN_AGENT_FAILED';

/** Why an agent can't go on. Always the user's input. */
export class AgentError extends CodedError<AgentErrorCode> {
  override readonly name = 'AgentError';
  readonly userFault = true;
}
