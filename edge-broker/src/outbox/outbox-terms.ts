import type { FallbackReason } from '@ddnn/protocol';

/**
 * Why a sample left the outbox without the cloud's acknowledgement. *unfit*: its features were still arriving when the
 * process ended, and another bundle is in service now. *disk*: it could not be written.
 */
export type DropReason = 'full' | 'old' | 'refused' | 'unfit' | 'disk';

/** How the outbox is bounded. */
export interface OutboxOptions {
  readonly folder: string;
  readonly maxSamples: number;
  readonly maxAgeMs: number;
  /** Beyond `maxSamples`: *dropOldest*, or *refuse* new samples and drop the oldest records only. */
  readonly whenFull: 'dropOldest' | 'refuse';
  /** Views of the site. */
  readonly views: number;
  /** A time in ms that goes on through restarts, and that no step of the wall clock reaches. */
  readonly now: () => number;
}

/** A record frame, by its first slot. */
export interface RecordFrame {
  readonly slot: number;
  readonly frame: Uint8Array;
  /** More verdicts may come into it: it is kept, and not sent yet. */
  readonly grows: boolean;
}

/** What becomes of a sample's features, written together with the record of its verdict. */
export interface Closing {
  readonly slot: number;
  /** *none*: nobody needs them any more. Otherwise they stay, and the cloud's answer will revise this fallback. */
  readonly fallback: FallbackReason;
  /** They wait as an entry; if it is gone when this is written, the cloud has answered meanwhile. */
  readonly waits: boolean;
}

/** What a start found. */
export interface OutboxState {
  /** Entries that wait. */
  readonly entries: number;
  /** Entries that were there and are not any more, for the disk was damaged. */
  readonly lost: number;
  /** Where a damaged database was copied to. */
  readonly setAside: string | undefined;
}
