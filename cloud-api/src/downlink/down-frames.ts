import {
  type AcknowledgementResult,
  encodeAcknowledgement,
  encodeVerdicts,
  NO_CLASS,
  type Verdict,
  ViewState,
} from '@ddnn/protocol';
import type { StoredVerdict } from '../store/verdict-store.js';
import { slotRuns } from './slot-runs.js';

/** Verdict frames for samples whose features came up: one, or several where slots lie far apart. */
export function verdictFrames(epoch: number, stored: readonly StoredVerdict[], views: number): Uint8Array[] {
  return slotRuns(stored.map((verdict) => onWire(verdict, views))).map((run) => encodeVerdicts('verdict', epoch, run));
}

/** Acknowledgement frames for those slots. */
export function acknowledgementFrames(
  epoch: number,
  of: 'uplinkFeatures' | 'record',
  result: AcknowledgementResult,
  slots: readonly number[],
): Uint8Array[] {
  const runs = slotRuns(slots.map((slot) => ({ slot })));
  return runs.map((run) => encodeAcknowledgement(epoch, { of, result, slots: run.map(({ slot }) => slot) }));
}

/** The cloud's answer to features; a fallback that it revised goes out as the revision. */
function onWire(
  { slot, revised, classIndex, exit, reason, uncertainty, views: names }: StoredVerdict,
  views: number,
): Verdict {
  const states = new Uint8Array(views);
  for (let view = 0; view < views; view++) states[view] = ViewState[names[view] ?? 'lost'];
  if (revised) return { slot, states, exit: 'cloud', reason: 'none', ...revision(revised) };
  return { slot, states, exit, reason, classIndex: Math.min(classIndex, NO_CLASS), uncertainty };
}

function revision({ classIndex, uncertainty }: { classIndex: number; uncertainty: number }) {
  return { classIndex, uncertainty };
}
