/**
 * What keeps an agent from its work while it runs: `_TAKEN` a name that another process has; `_BUNDLE` another bundle
 * at its edge and `_FAILED` an error of ours at a frame are only told.
 */
export type AgentErrorCode = 'DDNN_AGENT_TAKEN' | 'DDNN_AGENT_BUNDLE' | 'DDNN_AGENT_FAILED';

/** An error that ends an agent. Always the user's input. */
export class AgentError extends Error {
  override readonly name = 'AgentError';
  readonly userFault = true;
  readonly code: AgentErrorCode;

  constructor(code: AgentErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
