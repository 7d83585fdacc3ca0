import pino, { type Logger } from 'pino';
import pretty from 'pino-pretty';
import type { LogLevel } from './settings.js';

export type { Logger } from 'pino';

/** How a process logs. */
export interface LoggerOptions {
  /** the process's name, in every line */
  readonly name: string;
  readonly level: LogLevel;
  /** lines for people instead of JSON; whether standard error is a terminal when left out */
  readonly pretty?: boolean | undefined;
}

const STANDARD_ERROR = 2;
const SECRETS = ['token', 'password'];

/** Nobody should log these. If it happens, as when a whole section of settings is logged, the log leaves them out. */
export const redact = { paths: SECRETS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '(secret)' };

/**
 * A logger that writes to standard error, since standard output is for `--json` documents.
 * It writes at once, so that the last line before a crash is not lost.
 */
export function createLogger({ name, level, pretty: forPeople }: LoggerOptions): Logger {
  const options = { name, level, timestamp: pino.stdTimeFunctions.isoTime, redact };
  if (forPeople ?? process.stderr.isTTY) {
    const ignore = 'pid,hostname';
    const colorize = process.stderr.isTTY && !process.env.NO_COLOR;
    return pino(
      options,
      pretty({ destination: STANDARD_ERROR, sync: true, colorize, ignore, translateTime: 'SYS:HH:MM:ss.l' }),
    );
  }
  return pino(options, pino.destination({ dest: STANDARD_ERROR, sync: true }));
}
