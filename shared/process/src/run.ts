import type { Logger } from './logger.js';

/** A started process: how to stop it, and what its parent should know, such as ports. */
export interface Running {
  /** drains and closes everything; called once */
  stop(): Promise<void>;
  readonly announce?: object;
}

export interface RunOptions {
  readonly name: string;
  readonly logger: Logger;
  /** `giveUp` ends a process that runs: in order, with exit code 2 where the error is the user's fault, else 1 */
  start(giveUp: (error: unknown) => void): Promise<Running>;
  /** an orderly stop that takes longer is given up with exit code 1; 10,000 when left out */
  readonly stopTimeoutMs?: number;
}

/** What a process started by `fork` tells its parent. */
export type ChildMessage =
  | ({ readonly type: 'ready' } & Readonly<Record<string, unknown>>)
  | { readonly type: 'failed'; readonly code: string; readonly message: string; readonly userFault: boolean };

/** What the parent of a forked process may tell it. */
export interface ParentMessage {
  readonly type: 'stop';
}

/**
 * Runs a process from start to exit. It ends the Node process: nothing follows this call.
 *
 * SIGTERM, SIGINT, a parent's `{ type: 'stop' }` and the loss of the parent stop it in order, exit code 0; a second
 * signal, a stop that fails or takes too long, and an uncaught error exit with 1. A failing start, and what makes a
 * running process give up, exit with 2 when it is the user's fault.
 */
export function runProcess({ name, logger, start, stopTimeoutMs = 10_000 }: RunOptions): void {
  let running: Running | undefined;
  let stopReason: string | undefined;
  let stopping = false;
  let exitCode = 0;

  const stop = async () => {
    // While still starting, the stop waits until there is something to stop.
    if (!running || stopping) return;
    stopping = true;
    try {
      await running.stop();
      logger.info(`${name} stopped`);
      process.exit(exitCode);
    } catch (error) {
      logger.fatal({ err: error }, `${name} failed to stop`);
      process.exit(1);
    }
  };

  const requestStop = (reason: string) => {
    if (stopReason !== undefined) return;
    stopReason = reason;
    logger.info({ reason }, `${name} is stopping`);
    setTimeout(() => {
      logger.fatal(`${name} did not stop within ${stopTimeoutMs} ms`);
      process.exit(1);
    }, stopTimeoutMs);
    void stop();
  };

  const giveUp = (error: unknown) => {
    if (stopReason !== undefined) return;
    const { isUserFault, code, message } = faultOf(error);
    if (isUserFault) logger.fatal({ code }, `${name} cannot go on: ${message}`);
    else logger.fatal({ err: error }, `${name} cannot go on`);
    exitCode = isUserFault ? 2 : 1;
    requestStop(message);
  };

  const onSignal = (signal: NodeJS.Signals) => {
    if (stopReason === undefined) return requestStop(signal);
    logger.fatal({ signal }, `${name} was told to stop again and gives up`);
    process.exit(1);
  };

  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, `${name}: uncaught error`);
    process.exit(1);
  });
  process.on('unhandledRejection', (error) => {
    logger.fatal({ err: error }, `${name}: unhandled rejection`);
    process.exit(1);
  });
  if (process.send) {
    process.on('message', (message: ParentMessage) => {
      if (message?.type === 'stop') requestStop('parent');
    });
    process.on('disconnect', () => requestStop('parent is gone'));
  }

  const begin = async () => {
    try {
      running = await start(giveUp);
    } catch (error) {
      await fail(error, name, logger);
      return;
    }
    if (stopReason !== undefined) return stop();
    await tellParent({ ...running.announce, type: 'ready' });
    logger.info({ ...running.announce }, `${name} is ready`);
  };
  void begin();
}

async function fail(error: unknown, name: string, logger: Logger): Promise<void> {
  const { isUserFault, code, message } = faultOf(error);
  // A stack helps nobody who mistyped a setting.
  if (isUserFault) logger.fatal({ code }, `${name} cannot start: ${message}`);
  else logger.fatal({ err: error }, `${name} failed to start`);
  await tellParent({ type: 'failed', code, message, userFault: isUserFault });
  process.exit(isUserFault ? 2 : 1);
}

function faultOf(error: unknown): { isUserFault: boolean; code: string; message: string } {
  const { code, userFault } = Object(error) as { code?: unknown; userFault?: unknown };
  return {
    isUserFault: userFault === true,
    code: typeof code === 'string' ? code : 'DDNN_PROCESS_FAILED',
    message: error instanceof Error ? error.message : String(error),
  };
}

/** Resolves when the message is on its way, or there is no parent to hear it. */
function tellParent(message: ChildMessage): Promise<void> {
  return new Promise((resolve) => {
    if (!process.send || !process.connected) return resolve();
    // An error means that the parent is gone; the event 'disconnect' handles that.
    process.send(message, undefined, undefined, () => resolve());
  });
}
