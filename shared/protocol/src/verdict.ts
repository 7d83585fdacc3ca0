import { Reader, Writer } from './cursor.js';
import { invalid } from './errors.js';
import { checkHeader, HEADER_BYTES, writeHeader } from './frame.js';
import { MAX_UPLINK_GAP } from './limits.js';
import { MAX_SLOT } from './slot.js';
import { readSamples, uplinkSlotBytes } from './uplink-slots.js';
import { packViewStates, unpackViewStates, viewStatesBytes } from './views.js';

/** Where a sample was answered. *fallback*: the best exit so far, because no later one could answer in time. */
export type ExitName = 'local' | 'edge' | 'cloud' | 'fallback';
export const exitNames: readonly ExitName[] = ['local', 'edge', 'cloud', 'fallback'];

/**
 * Why an answer is a fallback; *none*: it is not one. The place in this list is sent and stored, so add new reasons
 * only at the end.
 */
export const fallbackReasons = ['none', 'deadline', 'unreachable', 'dropped', 'refused', 'crowded'] as const;
export type FallbackReason = (typeof fallbackReasons)[number];

/** The class index of *none*: no camera sees the sample, or no exit has answered. */
export const NO_CLASS = 255;

/**
 * The answer to one sample, as it is sent: down as *verdict*, up as *record*. Neighbours are mostly one slot apart and
 * mostly have the same view states, so both are in the frame only if they differ.
 *
 *       7   6   5   4   3   2   1   0
 *     +-------------------------------+
 *     |           slot, u48           |   of the first sample alone
 *     +---------------+---+---+-------+
 *     |     class     | S | G | exit  |   class 14: none, 15: a byte of its own; exit as in {@link exitNames}
 *     +---+-----------+---+---+-------+
 *     | M |          gap - 2          |   where G is set, else the sample is one slot on; lowest bits first,
 *     +---+---------------------------+   M: another such byte follows
 *     |             class             |   14 to 254, where the class bits say 15
 *     +-------------------------------+
 *     |            reason             |   of a fallback, as in {@link fallbackReasons}
 *     +-------------------------------+
 *     |          uncertainty          |   in 255ths
 *     +-------+-------+-------+-------+
 *     | view 3| view 2| view 1| view 0|   where S is set, else those of the sample before; a byte for four views
 *     +-------+-------+-------+-------+
 */
export interface Verdict {
  readonly slot: number;
  /** Index into the bundle's classes; {@link NO_CLASS} where every view is absent. */
  readonly classIndex: number;
  readonly exit: ExitName;
  readonly reason: FallbackReason;
  /**
   * The exit's uncertainty, by normalised entropy or another measure of its bundle, 0 (sure) to 1; on the wire in
   * 255ths.
   */
  readonly uncertainty: number;
  /** One {@link ViewState} for each view: which took part, which were missing, and why. */
  readonly states: Uint8Array;
}

/** Verdicts travel down (*verdict*, cloud → edge) and up (*record*, edge → cloud) in one layout. */
export type VerdictFrameKind = 'verdict' | 'record';

const HAS_GAP = 4;
const HAS_STATES = 8;
/** Special values of the class bits of the answer. */
const NONE = 14;
const CLASS_FOLLOWS = 15;
/** Answer, gap, class, reason, uncertainty: the most that a sample takes beside its view states. */
const MAX_ENTRY_BYTES = 7;

/** Encodes verdicts or records with ascending slots, at most {@link MAX_UPLINK_GAP} apart. */
export function encodeVerdicts(kind: VerdictFrameKind, epoch: number, verdicts: readonly Verdict[]): Uint8Array {
  if (verdicts.length === 0) throw invalid('a frame carries at least one sample', HEADER_BYTES);
  const views = verdicts[0].states.length;
  const size = HEADER_BYTES + uplinkSlotBytes(1) + verdicts.length * (MAX_ENTRY_BYTES + viewStatesBytes(views));
  const writer = new Writer(size, HEADER_BYTES);
  writeHeader(writer.bytes, kind, epoch);
  let before: Verdict | undefined;
  for (const verdict of verdicts) {
    writeVerdict(writer, verdict, before);
    before = verdict;
  }
  return writer.bytes.slice(0, writer.offset);
}

function writeVerdict(writer: Writer, verdict: Verdict, before: Verdict | undefined): void {
  const { slot, classIndex, exit, reason, uncertainty, states } = verdict;
  if (before && states.length !== before.states.length) throw invalid('view counts differ in one frame', writer.offset);
  checkReason(exit, reason, writer.offset);
  if (!before) writer.u48(slot, 'slot');
  const gap = before ? slot - before.slot : 1;
  if (gap < 1 || gap > MAX_UPLINK_GAP || slot > MAX_SLOT)
    throw invalid(`slot ${slot} does not follow slot ${before?.slot}`, writer.offset);
  const sameStates = before?.states.every((state, view) => state === states[view]);
  if (!Number.isInteger(classIndex) || classIndex < 0 || classIndex > NO_CLASS)
    throw invalid(`class ${classIndex} is not an integer from 0 to ${NO_CLASS}`, writer.offset);
  const classBits = classIndex === NO_CLASS ? NONE : classIndex < NONE ? classIndex : CLASS_FOLLOWS;
  const flags = (gap > 1 ? HAS_GAP : 0) | (sameStates ? 0 : HAS_STATES);
  writer.u8(exitNames.indexOf(exit) | flags | (classBits << 4), 'answer');
  if (gap > 1) writer.varint(gap - 2, 'slot gap');
  if (classBits === CLASS_FOLLOWS) writer.u8(classIndex, 'class');
  if (exit === 'fallback') writer.u8(fallbackReasons.indexOf(reason), 'reason');
  writer.u8(Math.round(uncertainty * 255), 'uncertainty');
  if (!sameStates) writer.raw(packViewStates(states));
}

/** Decodes verdicts or records of a site with `views` views. */
export function decodeVerdicts(
  bytes: Uint8Array,
  kind: VerdictFrameKind,
  epoch: number | undefined,
  views: number,
  maxSamples: number,
): Verdict[] {
  checkHeader(bytes, kind, epoch);
  const reader = new Reader(bytes, HEADER_BYTES);
  return readSamples<Verdict>(reader, maxSamples, (before) => readVerdict(reader, before, views));
}

/** Reads the first sample of a frame for a reader that does not know the number of views: its `states` are empty. */
export function decodeFirstVerdict(bytes: Uint8Array, kind: VerdictFrameKind): Verdict {
  checkHeader(bytes, kind);
  return readVerdict(new Reader(bytes, HEADER_BYTES), undefined, 0);
}

function readVerdict(reader: Reader, before: Verdict | undefined, views: number): Verdict {
  const first = before ? undefined : reader.u48('slot');
  const at = reader.offset;
  const answer = reader.u8('answer');
  const refused = (what: string) => invalid(what, at);
  const hasStates = (answer & HAS_STATES) !== 0;
  if (!before && (answer & HAS_GAP || !hasStates)) throw refused('a first sample with a gap or without view states');
  const gap = answer & HAS_GAP ? reader.varint('slot gap') + 2 : 1;
  const slot = first ?? before!.slot + gap;
  if (gap > MAX_UPLINK_GAP || slot > MAX_SLOT) throw refused(`a slot gap of ${gap}`);
  const classBits = answer >> 4;
  const classIndex = classBits === CLASS_FOLLOWS ? reader.u8('class') : classBits === NONE ? NO_CLASS : classBits;
  if (classBits === CLASS_FOLLOWS && (classIndex < NONE || classIndex === NO_CLASS))
    throw refused(`class ${classIndex} in a byte of its own`);
  const exit = exitNames[answer & 3];
  const reason = exit === 'fallback' ? fallbackReasons[reader.u8('reason')] : 'none';
  if (!reason) throw refused('unknown reason');
  checkReason(exit, reason, at);
  const uncertainty = reader.u8('uncertainty') / 255;
  if (!hasStates) return { slot, classIndex, exit, reason, uncertainty, states: before!.states };
  const stateAt = reader.offset;
  const states = unpackViewStates(reader.bytes(viewStatesBytes(views), 'view states'), views, stateAt);
  if (before?.states.every((state, view) => state === states[view]))
    throw refused('view states that the sample before has');
  return { slot, classIndex, exit, reason, uncertainty, states };
}

/** A fallback has a reason, and nothing else has one. */
function checkReason(exit: ExitName, reason: FallbackReason, offset: number): void {
  if ((exit === 'fallback') === (reason === 'none')) {
    throw invalid(`exit ${exit} with reason ${reason}`, offset);
  }
}
