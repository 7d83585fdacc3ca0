import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { removeCheckpoint } from '@ddnn/training';
import pc from 'picocolors';
import type { ProgressLine } from '../terminal/progress.js';

const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * Trains until it is done or told to stop. When stopped, it prints how to go on, and sets the exit code that shells
 * expect. A second signal ends the process at once.
 *
 * @returns undefined where it was told to stop
 */
export async function untilStopped<T>(
  checkpoint: string,
  line: ProgressLine,
  train: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals) => controller.abort(name);
  for (const name of signals) process.once(name, stop);
  try {
    return await train(controller.signal);
  } catch (error) {
    // The checkpoint is removed, because training would only diverge again.
    if (Object(error).code === 'DDNN_TRAINING_DIVERGED') await removeCheckpoint(checkpoint);
    if (!controller.signal.aborted || error !== controller.signal.reason) throw error;
    line.end();
    const next = existsSync(checkpoint)
      ? `${checkpoint} holds what is done: call it again with --resume to go on`
      : 'no epoch was done, nothing is kept';
    process.stderr.write(`${pc.yellow('stopped')}: ${next}\n`);
    process.exitCode = 128 + constants.signals[error as (typeof signals)[number]];
    return undefined;
  } finally {
    for (const name of signals) process.off(name, stop);
  }
}
