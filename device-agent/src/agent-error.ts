/** What keeps an agent from its work while it runs. Always the user's input. */
export class AgentError extends Error {
  override readonly name = 'AgentError';
  readonly userFault = true;
  readonly code: 'DDNN_AGENT_TAKEN';

  constructor(code: AgentError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
