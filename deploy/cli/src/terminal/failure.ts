import { CommanderError } from 'commander';
import pc from 'picocolors';

/**
 * Prints in one line why a command failed, and returns its exit code: 2 if the user can correct it, else 1. The
 * variable DDNN_DEBUG adds the stack.
 */
export function reportFailure(error: unknown): number {
  // Commander has printed it already; Commander's own code for a wrong call would be 1.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const {
    userFault = false,
    code,
    message,
    stack,
  } = Object(error) as Partial<NodeJS.ErrnoException> & {
    userFault?: boolean;
  };
  const text = (message ?? String(error)).replaceAll(/\s*\n\s*/g, ' ');
  const hint = userFault || code ? '' : '; DDNN_DEBUG=1 shows where';
  process.stderr.write(`${pc.red('ddnn:')} ${text}${hint}${code ? pc.dim(` [${code}]`) : ''}\n`);
  if (process.env.DDNN_DEBUG && stack) process.stderr.write(`${stack}\n`);
  return userFault ? 2 : 1;
}

/** A wrong call that only shows once the command runs. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly userFault = true;
  readonly code = 'DDNN_CLI_USAGE';
}
