import { createTable } from 'ddnn/terminal';
import type { SoakResult } from './run-soak.js';

const MOST_SLOTS = 10;

/** What a run prints for people. */
export function soakTable({ seed, totals, rows, report }: SoakResult): string {
  const table = createTable(['fault', 'made', 'accepted', 'answered', 'lost', 'longest recovery']);
  for (const { kind, faults, accepted, answered, lost, longestRecoveryMs } of rows) {
    const recovery = `${(longestRecoveryMs / 1000).toFixed(1)} s`;
    table.push([kind, ...[faults, accepted, answered, lost].map(String), recovery]);
  }
  const { kills, accepted, answered, lost, twice, contradicting, mixedEpochs, neverSent, unrecorded } = totals;
  const lines = [
    `${kills} processes killed: ${accepted} samples accepted, ${answered} answered, ${lost} lost, ${twice} answered twice, ${mixedEpochs} of mixed epochs`,
    `${contradicting} stored otherwise than heard, ${unrecorded} heard and not stored, ${neverSent} that no device sent; seed ${seed}`,
  ];
  const { accepted: _, answered: __, ...findings } = report;
  for (const [finding, slots] of Object.entries(findings)) {
    if (slots.length === 0) continue;
    lines.push(`${finding}: slots ${slots.slice(0, MOST_SLOTS).join(', ')}${slots.length > MOST_SLOTS ? ', …' : ''}`);
  }
  return `${table}\n${lines.join('\n')}`;
}
