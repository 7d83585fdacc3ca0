import type { Bundle } from '@ddnn/model';
import type { Verdict } from '@ddnn/protocol';
import type { EdgeConfig } from '../config.js';
import type { Outbox } from '../outbox/outbox.js';
import type { Closing } from '../outbox/outbox-terms.js';

/** What the path needs of its surroundings. */
export interface PathDeps {
  readonly bundle: Bundle;
  readonly config: EdgeConfig;
  readonly outbox: Outbox;
  readonly isLive: (view: number) => boolean;
  readonly cloudReachable: () => boolean;
  /** Asks a view's device for the features of a slot. */
  readonly requestFeatures: (view: number, slot: number) => void;
  /** An entry is in the outbox, or its frame has changed: send it. */
  readonly onUplink: (slot: number) => void;
  /**
   * This site answers.
   *
   * @param closing what becomes of the features @param epoch of the sample; by default the one in service
   */
  readonly onVerdict: (verdict: Verdict, closing?: Closing, epoch?: number) => void;
  /** Too many samples waited for this, so the oldest goes on without it. */
  readonly onCrowded: (waitedFor: 'summaries' | 'features' | 'cloud') => void;
  /** Something failed that affects only this sample. */
  readonly onError: (slot: number, error: unknown) => void;
}
