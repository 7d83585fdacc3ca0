/** Why an agent can't go on. Always the user's input. */
export class AgentError extends Error {
  override readonly name = 'AgentError';
  readonly userFault = true;
  readonly code: 'DDNN_AGENT_TAKEN';

  constructor(code: AgentError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
