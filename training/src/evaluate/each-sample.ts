import { setImmediate } from 'node:timers/promises';
import type { DataSet } from '../data/data-set.js';

/** How a pass over the samples reports its progress, and how it can be aborted. */
export interface PassOptions {
  readonly onProgress?: ((done: number, samples: number) => void) | undefined;
  /** Its reason is thrown where it aborts. */
  readonly signal?: AbortSignal | undefined;
}

const SAMPLES_PER_TURN = 16;

/** Calls `visit` for every row of a data set, in order. In between, the caller can draw its progress and abort. */
export async function eachSample(
  data: DataSet,
  visit: (slot: number) => void,
  { onProgress, signal }: PassOptions = {},
): Promise<void> {
  for (const slot of data.rows.keys()) {
    if (slot % SAMPLES_PER_TURN === 0) {
      signal?.throwIfAborted();
      onProgress?.(slot, data.rows.length);
      await setImmediate();
    }
    visit(slot);
  }
  onProgress?.(data.rows.length, data.rows.length);
}
