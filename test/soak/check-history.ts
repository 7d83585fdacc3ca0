import type { Acknowledged, History, Said, Sent, Stored } from './history.js';

/** What a history shows: in each list the slots of which it holds, ascending. */
export interface HistoryReport {
  /** The edge acknowledged the features of a view at least. */
  readonly accepted: readonly number[];
  /** Accepted, and stored with an answer of the cloud or of the edge's own exit. */
  readonly answered: readonly number[];
  /** Accepted, and no such answer: no verdict at all, or a fallback that was never revised. */
  readonly lost: readonly number[];
  /** Said live twice, or stored twice. */
  readonly twice: readonly number[];
  /** Stored with another class or exit than somebody heard live; a revision is no contradiction. */
  readonly contradicting: readonly number[];
  /** Joined from frames of several epochs, or under an epoch in which nobody sent anything of it. */
  readonly mixedEpochs: readonly number[];
  /** Acknowledged, said or stored, though no device sent a frame of it. */
  readonly neverSent: readonly number[];
  /** Heard live, and not stored. */
  readonly unrecorded: readonly number[];
}

/** The numbers of a report. */
export type HistoryCounts = Readonly<Record<keyof HistoryReport, number>>;

/** All that a history says of one sample. */
interface Sample {
  readonly sent: Sent[];
  readonly acknowledged: Acknowledged[];
  readonly said: Said[];
  readonly stored: Stored[];
}

/** Judges a history that is over: what was on its way had time to arrive. */
export function checkHistory(history: History): HistoryReport {
  const samples = [...bySlot(history)].sort(([a], [b]) => a - b);
  const where = (holds: (sample: Sample) => boolean) =>
    samples.filter(([, sample]) => holds(sample)).map(([slot]) => slot);
  return {
    accepted: where(isAccepted),
    answered: where((sample) => isAccepted(sample) && isAnswered(sample)),
    lost: where((sample) => isAccepted(sample) && !isAnswered(sample)),
    twice: where(({ said, stored }) => said.length > 1 || stored.length > 1),
    contradicting: where(contradicts),
    mixedEpochs: where(mixesEpochs),
    neverSent: where(({ sent }) => sent.length === 0),
    unrecorded: where(({ said, stored }) => said.length > 0 && stored.length === 0),
  };
}

export function countsOf(report: HistoryReport): HistoryCounts {
  const counts = Object.entries(report).map(([name, slots]) => [name, slots.length]);
  return Object.fromEntries(counts) as HistoryCounts;
}

function bySlot(history: History): Map<number, Sample> {
  const samples = new Map<number, Sample>();
  for (const event of history) {
    let sample = samples.get(event.slot);
    if (!sample) {
      sample = { sent: [], acknowledged: [], said: [], stored: [] };
      samples.set(event.slot, sample);
    }
    (sample[event.what] as (typeof event)[]).push(event);
  }
  return samples;
}

const isAccepted = ({ acknowledged }: Sample) => acknowledged.length > 0;

const isAnswered = ({ stored }: Sample) => stored.some(({ exit, revised }) => exit !== 'fallback' || revised);

function contradicts({ said, stored }: Sample): boolean {
  const differs = (heard: Said, kept: Stored) => heard.class !== kept.class || heard.exit !== kept.exit;
  return said.some((heard) => stored.some((kept) => differs(heard, kept)));
}

function mixesEpochs({ sent, said, stored }: Sample): boolean {
  // Without a frame it is never sent, which is another finding.
  if (sent.length === 0) return false;
  const nobodySent = (epoch: number) => sent.every((frame) => frame.epoch !== epoch);
  return (
    stored.some(
      ({ epoch, views }) => nobodySent(epoch) || views.some((state, view) => isForeign(sent, view, state, epoch)),
    ) || said.some(({ epoch }) => epoch !== undefined && nobodySent(epoch))
  );
}

/** Whether a view that took part in a verdict sent what it took part with under other epochs only. */
function isForeign(sent: readonly Sent[], view: number, state: string, epoch: number): boolean {
  if (state !== 'present') return false;
  const own = sent.filter((frame) => frame.view === view);
  const features = own.filter(({ kind }) => kind === 'features');
  return (features.length > 0 ? features : own).every((frame) => frame.epoch !== epoch);
}
