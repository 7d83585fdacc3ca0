import { type FallbackReason, fallbackReasons } from '@ddnn/protocol';
import { type BestExit, NO_EXIT } from './best-exit.js';

interface Kept {
  readonly slot: number;
  /** When it was added, in ms by the outbox's own time. */
  readonly addedAt: number;
}

/** The features of an uncertain sample; with several edges, perhaps the answer of this edge. */
export interface FeatureEntry extends Kept {
  readonly kind: 'features';
  /** Why the sample already has a fallback; *none*: it has no verdict yet. Changes when it gets a fallback. */
  fallback: FallbackReason;
  /** The best exit so far, for a fallback after a restart. */
  readonly best: BestExit;
  /** State of every view, for the same purpose. */
  readonly states: Uint8Array;
}

/** A batch of records; `slot` is its first. */
export interface RecordEntry extends Kept {
  readonly kind: 'record';
  /** More verdicts may still be added: do not send it yet. After a restart nothing is added. */
  readonly grows: boolean;
}

/** What waits for the cloud's acknowledgement. */
export type Entry = FeatureEntry | RecordEntry;
export type EntryKind = Entry['kind'];
/** What identifies an entry. */
export type EntryName = Pick<Entry, 'kind' | 'slot'>;

/** An entry: time of arrival f64 · fallback u8 · class u8 · uncertainty u8 · views u8 · states · frame. */
const META_BYTES = 12;
const NO_STATES = new Uint8Array(0);

/** An entry with its frame, as it is stored on disk. */
export function writeEntry(entry: Entry, frame: Uint8Array): Uint8Array {
  const [fallback, best, states] =
    entry.kind === 'features' ? [entry.fallback, entry.best, entry.states] : (['none', NO_EXIT, NO_STATES] as const);
  const value = new Uint8Array(META_BYTES + states.length + frame.length);
  new DataView(value.buffer).setFloat64(0, entry.addedAt);
  value.set([fallbackReasons.indexOf(fallback), best.classIndex, inByte(best.uncertainty), states.length], 8);
  value.set(states, META_BYTES);
  value.set(frame, META_BYTES + states.length);
  return value;
}

/** Reads a stored entry, without its frame. */
export function readEntry(kind: EntryKind, slot: number, value: Uint8Array): Entry {
  const addedAt = new DataView(value.buffer, value.byteOffset).getFloat64(0);
  if (kind === 'record') return { kind, slot, addedAt, grows: false };
  const best = { classIndex: value[9], uncertainty: value[10] / 255 };
  // A copy: `value` holds the whole frame, which need not stay in memory.
  const states = Uint8Array.from(value.subarray(META_BYTES, META_BYTES + value[META_BYTES - 1]));
  return { kind, slot, addedAt, fallback: fallbackOf(value[8], 'none'), best, states };
}

/** The frame of a stored entry. */
export function frameOf(value: Uint8Array): Uint8Array {
  return value.subarray(META_BYTES + value[META_BYTES - 1]);
}

/** The mark that a sample has its fallback. */
export function writeMark(fallback: FallbackReason): Uint8Array {
  return Uint8Array.of(fallbackReasons.indexOf(fallback));
}

export function readMark(value: Uint8Array): FallbackReason {
  return fallbackOf(value[0], 'deadline');
}

/** A probability or an uncertainty in 255ths, as in these bytes. */
export function inByte(share: number): number {
  return Math.round(share * 255);
}

function fallbackOf(index: number, unknown: FallbackReason): FallbackReason {
  return fallbackReasons[index] ?? unknown;
}
