const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'no broker listens there',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'no such host',
  ETIMEDOUT: 'no answer',
  EHOSTUNREACH: 'no way to this host',
  ENETUNREACH: 'no way to this host',
  ECONNRESET: 'the other side closed the connection',
  EPIPE: 'the other side closed the connection',
};

/** By the return code of CONNACK (MQTT 3.1.1, 3.2.2.3). */
const refusals: Readonly<Record<number, string>> = {
  1: 'refused: the broker does not speak MQTT 3.1.1',
  2: 'refused: another process is connected under this name',
  3: 'refused: the broker is not available',
  4: 'refused: wrong name or password',
  5: 'refused: not authorized, or wrong name or password',
};

/** CONNACK: the name is in use. */
export const NAME_TAKEN = 2;

/**
 * Why there is no connection, in one line. For a host with several addresses, Node's error has a code but no message.
 */
export function connectionProblem(error: unknown): string {
  const { code, message } = Object(error) as { code?: unknown; message?: string };
  if (typeof code === 'number' && refusals[code]) return `${refusals[code]} (return code ${code})`;
  const known = reasons[String(code)];
  if (known) return `${known} (${code})`;
  return (message || String(code ?? error)).split('\n', 1)[0]!;
}
