import { Reader, Writer } from './cursor.js';
import { FrameError } from './errors.js';
import { checkHeader, HEADER_BYTES, writeHeader } from './frame.js';
import { readUplinkSlot, uplinkSlotBytes, writeUplinkSlot } from './uplink-slots.js';
import { packViewStates, unpackViewStates, viewStatesBytes } from './views.js';

/** Where a sample was answered. *fallback*: the best exit so far, because no later one could answer in time. */
export type ExitName = 'local' | 'edge' | 'cloud' | 'fallback';
export const exitNames: readonly ExitName[] = ['local', 'edge', 'cloud', 'fallback'];

/** Why an answer is a fallback; *none* where it is not one. */
export type FallbackReason = 'none' | 'deadline' | 'unreachable' | 'dropped' | 'refused';
export const fallbackReasons: readonly FallbackReason[] = ['none', 'deadline', 'unreachable', 'dropped', 'refused'];

/** The class index on the wire of a sample that no camera sees. */
export const NO_CLASS = 255;

/** The answer to one sample, as it travels. */
export interface Verdict {
  readonly slot: number;
  /** Index into the bundle's classes; {@link NO_CLASS} where every view is absent. */
  readonly classIndex: number;
  readonly exit: ExitName;
  readonly reason: FallbackReason;
  /** The exit's uncertainty, normalised entropy or another measure of its bundle, 0 (sure) to 1; a 255th apart on the wire. */
  readonly entropy: number;
  /** One {@link ViewState} a view: which took part, which were missing and how. */
  readonly states: Uint8Array;
}

/** Verdicts travel down (*verdict*, cloud → edge) and up (*record*, edge → cloud) in one layout. */
export type VerdictFrameKind = 'verdict' | 'record';

const ENTRY_BYTES = 3;

/** A sample: slot · class u8 · exit (bits 0-1) and reason (bits 2-4) · entropy u8 · view states. */
export function encodeVerdicts(kind: VerdictFrameKind, epoch: number, verdicts: readonly Verdict[]): Uint8Array {
  if (verdicts.length === 0)
    throw new FrameError('DDNN_FRAME_VALUE', 'a frame carries at least one sample', HEADER_BYTES);
  const views = verdicts[0].states.length;
  const size =
    HEADER_BYTES + uplinkSlotBytes(verdicts.length) + verdicts.length * (ENTRY_BYTES + viewStatesBytes(views));
  const writer = new Writer(size, HEADER_BYTES);
  writeHeader(writer.bytes, kind, epoch);
  let previous: number | undefined;
  for (const { slot, classIndex, exit, reason, entropy, states } of verdicts) {
    if (states.length !== views)
      throw new FrameError('DDNN_FRAME_VALUE', 'view counts differ in one frame', writer.offset);
    writeUplinkSlot(writer, slot, previous);
    writer.u8(classIndex, 'class');
    checkReason(exit, reason, writer.offset);
    writer.u8(exitNames.indexOf(exit) | (fallbackReasons.indexOf(reason) << 2), 'exit');
    writer.u8(Math.round(entropy * 255), 'entropy');
    writer.raw(packViewStates(states));
    previous = slot;
  }
  return writer.bytes;
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
  const verdicts: Verdict[] = [];
  let previous: number | undefined;
  do {
    if (verdicts.length === maxSamples) {
      throw new FrameError('DDNN_FRAME_OVERSIZED', `more than ${maxSamples} samples in one frame`, reader.offset);
    }
    const slot = readUplinkSlot(reader, previous);
    const classIndex = reader.u8('class');
    const at = reader.offset;
    const packed = reader.u8('exit');
    const reason = fallbackReasons[packed >> 2];
    if (!reason) throw new FrameError('DDNN_FRAME_VALUE', `unknown reason ${packed >> 2}`, at);
    const exit = exitNames[packed & 3];
    checkReason(exit, reason, at);
    const entropy = reader.u8('entropy') / 255;
    const states = unpackViewStates(reader.bytes(viewStatesBytes(views), 'view states'), views, at + 2);
    verdicts.push({ slot, classIndex, exit, reason, entropy, states });
    previous = slot;
  } while (reader.left > 0);
  return verdicts;
}

/** A fallback has a reason, and nothing else has one. */
function checkReason(exit: ExitName, reason: FallbackReason, offset: number): void {
  if ((exit === 'fallback') === (reason === 'none')) {
    throw new FrameError('DDNN_FRAME_VALUE', `exit ${exit} with reason ${reason}`, offset);
  }
}
