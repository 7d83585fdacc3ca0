import type { PresenceAnswer } from './presence-answer.js';

/** Something that must be corrected: training would stop there, or learn nothing from it. */
export interface DataProblem {
  readonly code: string;
  readonly message: string;
}

/** Rows of a part that have a near copy in the training part. */
export interface CopyCount {
  readonly compared: number;
  readonly copies: number;
}

/** A row, and the row of the training part of which it is a near copy. */
export interface CopyPair {
  readonly sample: string;
  readonly split: string;
  readonly label: string;
  readonly of: string;
  readonly ofLabel: string;
  /** Difference relative to the contrast; 0: they are the same. */
  readonly distance: number;
}

/** A size, and how many pictures have it. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
  readonly pictures: number;
}

/** What a check of recorded samples found. Shares are 0 to 1. */
export interface DataReport {
  readonly data: string;
  /** Rows that can be used. */
  readonly samples: number;
  readonly views: number;
  readonly classes: readonly string[];
  /** The part that others are compared with: `train`, else the largest that is not kept for a test. */
  readonly training: string;
  readonly problems: readonly DataProblem[];
  readonly warnings: readonly string[];
  /** Rows by split and class; one split called `all` where the data name none. */
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Share of the rows that each camera sees: of all, and of each class. */
  readonly seen: { readonly all: readonly number[]; readonly byClass: Readonly<Record<string, readonly number[]>> };
  /** Pictures of each size, most frequent first. */
  readonly sizes: readonly PictureSize[];
  readonly presence: PresenceAnswer;
  readonly copies: Readonly<Record<string, CopyCount & { readonly byClass: Readonly<Record<string, CopyCount>> }>>;
  /** The nearest first, at most 20. */
  readonly pairs: readonly CopyPair[];
}
