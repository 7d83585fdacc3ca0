/** The answers of somebody who knows only which cameras see something. */
export interface PresenceAnswer {
  /** Share that is right. */
  readonly accuracy: number;
  /** Share that is right if the answer is always the most frequent class. */
  readonly majority: number;
  /** Rows that were answered. */
  readonly samples: number;
}

/** A row: which cameras see something (bit v: view v), and its class. */
export interface SeenRow {
  readonly mask: number;
  readonly label: string;
}

/**
 * Answers each row with the most frequent class of those learned rows that the same cameras see; if there are none,
 * with the most frequent class of all. Without rows to answer, each learned row is answered from all the others.
 */
export function answerByPresence(learned: readonly SeenRow[], rows: readonly SeenRow[]): PresenceAnswer {
  const all = new Map<string, number>();
  const ofMask = new Map<number, Map<string, number>>();
  for (const { mask, label } of learned) {
    const counts = ofMask.get(mask) ?? new Map<string, number>();
    ofMask.set(mask, counts);
    counts.set(label, (counts.get(label) ?? 0) + 1);
    all.set(label, (all.get(label) ?? 0) + 1);
  }
  const leaveOut = rows.length === 0;
  const answered = leaveOut ? learned : rows;
  let right = 0;
  let common = 0;
  for (const { mask, label } of answered) {
    const without = leaveOut ? label : undefined;
    const usual = mostFrequent(all, without);
    if ((mostFrequent(ofMask.get(mask), without) ?? usual) === label) right++;
    if (usual === label) common++;
  }
  const samples = answered.length;
  return { accuracy: right / Math.max(1, samples), majority: common / Math.max(1, samples), samples };
}

/** The label with the highest count (the first one of several), after one row of `without` is taken off. */
function mostFrequent(counts: ReadonlyMap<string, number> | undefined, without?: string): string | undefined {
  let best: string | undefined;
  let most = 0;
  for (const [label, count] of counts ?? []) {
    const left = label === without ? count - 1 : count;
    if (left > most) {
      most = left;
      best = label;
    }
  }
  return best;
}
