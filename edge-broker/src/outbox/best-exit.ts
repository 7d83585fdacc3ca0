import { NO_CLASS } from '@ddnn/protocol';

/** The best exit so far of an uncertain sample: what a fallback answers. */
export interface BestExit {
  readonly classIndex: number;
  readonly uncertainty: number;
}

/** No exit has answered yet; so it is always if no tier below the cloud has an exit. */
export const NO_EXIT: BestExit = { classIndex: NO_CLASS, uncertainty: 1 };
