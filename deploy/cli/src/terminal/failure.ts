import pc from 'picocolors';

/** Prints why a command failed, and returns its exit code: 2 where the user can put it right, else 1. */
export function reportFailure(error: unknown): number {
  const { userFault, code } = Object(error) as { userFault?: boolean; code?: string };
  if (userFault === true) {
    process.stderr.write(`${pc.red('ddnn:')} ${(error as Error).message}${code ? pc.dim(` [${code}]`) : ''}\n`);
    return 2;
  }
  process.stderr.write(
    `${pc.red('ddnn:')} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return 1;
}

/** A wrong call that only shows once the command runs. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly userFault = true;
  readonly code = 'DDNN_CLI_USAGE';
}
