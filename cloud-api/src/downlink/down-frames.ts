import {
  type AcknowledgementResult,
  encodeAcknowledgement,
  encodeVerdicts,
  MAX_UPLINK_GAP,
  MAX_UPLINK_SAMPLES,
  NO_CLASS,
  slotRuns,
  type Verdict,
  ViewState,
} from '@ddnn/protocol';
import type { StoredVerdict } from '../store/verdict-store.js';

/** Verdict frames for samples whose features came up: one frame, or several if two slots are too far apart for one. */
export function verdictFrames(epoch: number, stored: readonly StoredVerdict[], views: number): Uint8Array[] {
  const runs = uplinkRuns(stored.map((verdict) => onWire(verdict, views)));
  return runs.map((run) => encodeVerdicts('verdict', epoch, run));
}

/** Acknowledgement frames for those slots. */
export function acknowledgementFrames(
  epoch: number,
  of: 'uplinkFeatures' | 'record',
  result: AcknowledgementResult,
  slots: readonly number[],
): Uint8Array[] {
  const runs = uplinkRuns(slots.map((slot) => ({ slot })));
  return runs.map((run) => encodeAcknowledgement(epoch, { of, result, slots: run.map(({ slot }) => slot) }));
}

function uplinkRuns<Sample extends { readonly slot: number }>(samples: readonly Sample[]): Sample[][] {
  return slotRuns(samples, MAX_UPLINK_GAP, MAX_UPLINK_SAMPLES);
}

/** The cloud's answer to features. For a stored fallback with a revision, the revision is sent. */
function onWire(
  { slot, revised, classIndex, exit, reason, uncertainty, views: names }: StoredVerdict,
  views: number,
): Verdict {
  const states = new Uint8Array(views);
  for (let view = 0; view < views; view++) states[view] = ViewState[names[view] ?? 'lost'];
  if (revised) {
    const { classIndex, uncertainty } = revised;
    return { slot, states, exit: 'cloud', reason: 'none', classIndex, uncertainty };
  }
  return { slot, states, exit, reason, classIndex: Math.min(classIndex, NO_CLASS), uncertainty };
}
