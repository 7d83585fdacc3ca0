import type { BestExit } from './best-exit.js';
import { inByte } from './entry.js';

/** What is known of a sample before its features come. */
export interface SampleContext {
  /** The epoch under which its features come. */
  readonly epoch: number;
  readonly states: Uint8Array;
  readonly best: BestExit;
}

/** A sample whose features were arriving when the process ended. */
export interface Interrupted extends SampleContext {
  readonly slot: number;
  /** By view: the features that had arrived. */
  readonly maps: readonly (Uint8Array | undefined)[];
}

/** A context as it is stored on disk: epoch u8 · class u8 · uncertainty u8 · states. */
export function writeContext({ epoch, states, best }: SampleContext): Uint8Array {
  return Uint8Array.of(epoch, best.classIndex, inByte(best.uncertainty), ...states);
}

export function readContext([epoch, classIndex, uncertainty, ...states]: Uint8Array): SampleContext {
  return { epoch, states: Uint8Array.from(states), best: { classIndex, uncertainty: uncertainty / 255 } };
}
