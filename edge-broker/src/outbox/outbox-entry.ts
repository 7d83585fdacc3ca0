import { type FallbackReason, fallbackReasons } from '@ddnn/protocol';
import type { BestExit } from './best-exit.js';

/** Kind of an entry: uncertain features, or a batch of records. */
export type EntryKind = 'features' | 'record';

/** What waits for the cloud's acknowledgement. `slot` is the first of a record batch. */
export interface Entry {
  readonly kind: EntryKind;
  readonly slot: number;
  /** When it was put in, in ms by the outbox's own time. */
  readonly addedAt: number;
  /** Why the sample has its fallback already; *none*: it has no verdict yet. */
  fallback: FallbackReason;
  /** The best exit so far, for a fallback after a restart. */
  readonly best: BestExit;
  /** State of every view, for the same; empty for records. */
  readonly states: Uint8Array;
  /** A record frame that is not to be sent yet: another one will take its place. */
  readonly grows?: boolean;
}

/**
 * The first letter of a key says what stands there: entries, parts of a sample, what it was, and that it was answered.
 */
export const PREFIX = { features: 's', record: 'r', part: 'p', context: 'c', mark: 'a' } as const;
/** An entry: time of arrival f64 · fallback u8 · class u8 · uncertainty u8 · views u8 · states · frame. */
const META_BYTES = 12;

/** The key of a slot; keys of one prefix stand in the order of their slots. */
export function key(prefix: string, slot: number): string {
  return `${prefix}/${String(slot).padStart(16, '0')}`;
}

/** The key of one view's features. */
export function partKey(slot: number, view: number): string {
  return `${key(PREFIX.part, slot)}/${view}`;
}

/** All keys of a prefix. */
export function range(prefix: string) {
  return { gt: `${prefix}/`, lt: `${prefix}0` };
}

/** An entry with its frame as it stands on disk. */
export function writeEntry({ addedAt, fallback, best, states }: Entry, frame: Uint8Array): Uint8Array {
  const value = new Uint8Array(META_BYTES + states.length + frame.length);
  new DataView(value.buffer).setFloat64(0, addedAt);
  value.set([fallbackReasons.indexOf(fallback), best.classIndex, Math.round(best.uncertainty * 255), states.length], 8);
  value.set(states, META_BYTES);
  value.set(frame, META_BYTES + states.length);
  return value;
}

/** What stands on disk, without the frame. */
export function readEntry(kind: EntryKind, slot: number, value: Uint8Array): Entry {
  const addedAt = new DataView(value.buffer, value.byteOffset).getFloat64(0);
  const best = { classIndex: value[9], uncertainty: value[10] / 255 };
  // A copy, for `value` is a buffer with the whole frame, which need not stay in memory.
  const states = Uint8Array.from(value.subarray(META_BYTES, META_BYTES + value[META_BYTES - 1]));
  return { kind, slot, addedAt, fallback: fallbackReasons[value[8]] ?? 'none', best, states };
}

/** The frame of what stands on disk. */
export function frameOf(value: Uint8Array): Uint8Array {
  return value.subarray(META_BYTES + value[META_BYTES - 1]);
}
