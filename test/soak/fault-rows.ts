import type { HistoryReport } from './check-history.js';
import { type FailpointKind, type FaultKind, failpointKinds, faultKinds } from './fault-plan.js';
import type { History } from './history.js';
import type { MadeFault } from './make-fault.js';

/** What came of one kind of fault. */
export interface FaultRow {
  readonly kind: FaultKind | FailpointKind;
  readonly faults: number;
  readonly accepted: number;
  readonly answered: number;
  readonly lost: number;
  /** From a fault's end to the live verdict that shows that it is over, the longest; in ms. */
  readonly longestRecoveryMs: number;
}

/** A sample that was sent so shortly before a fault was still on its way when it came. */
const LEAD_MS = 1000;

/** A row for each kind that was made. A sample belongs to the fault whose turn it was when it was first sent. */
export function rowsOf(history: History, report: HistoryReport, faults: readonly MadeFault[]): FaultRow[] {
  const inOrder = [...faults].sort((a, b) => a.begin - b.begin);
  const sentAt = new Map<number, number>();
  for (const event of history) {
    if (event.what === 'sent' && !sentAt.has(event.slot)) sentAt.set(event.slot, event.at);
  }
  // What was sent before the first fault is counted as the first one's.
  const kindOf = (slot: number) =>
    (inOrder.findLast(({ begin }) => begin - LEAD_MS <= (sentAt.get(slot) ?? 0)) ?? inOrder[0])?.kind;
  const recovery = ({ end, isOver }: MadeFault) => {
    const over = history.find((event) => event.what === 'said' && event.at > end && isOver(event));
    return over?.what === 'said' ? over.at - end : Number.POSITIVE_INFINITY;
  };
  return [...faultKinds, ...failpointKinds].flatMap((kind) => {
    const made = inOrder.filter((fault) => fault.kind === kind);
    if (made.length === 0) return [];
    const count = (slots: readonly number[]) => slots.filter((slot) => kindOf(slot) === kind).length;
    return {
      kind,
      faults: made.length,
      accepted: count(report.accepted),
      answered: count(report.answered),
      lost: count(report.lost),
      longestRecoveryMs: Math.round(Math.max(...made.map(recovery))),
    };
  });
}
