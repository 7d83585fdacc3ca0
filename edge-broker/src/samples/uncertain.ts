import type { ExitName, FallbackReason, Verdict } from '@ddnn/protocol';
import type { BestExit } from '../outbox/best-exit.js';

/** A sample that is not answered yet: which views took part, and the best exit so far. */
export interface Uncertain {
  readonly slot: number;
  readonly states: Uint8Array;
  readonly best: BestExit;
  /** Output of the edge section, if this edge (one of several) was sure: the cloud may ask for it. */
  readonly features?: Uint8Array | undefined;
}

/** A sample whose features are gathered. */
export interface Gathering {
  readonly sample: Uncertain;
  /** The cloud asked for them, even if this edge is sure. */
  readonly asked: boolean;
}

/** A verdict with the best exit of a sample. */
export function verdictOf({ slot, states, best }: Uncertain, exit: ExitName, reason: FallbackReason): Verdict {
  return { slot, classIndex: best.classIndex, exit, reason, uncertainty: best.uncertainty, states };
}
