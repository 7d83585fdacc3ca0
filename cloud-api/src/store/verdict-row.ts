import { type ExitName, type FallbackReason, viewStateNames } from '@ddnn/protocol';
import type { NewVerdict, StoredVerdict } from './verdict-store.js';

/** A row of the table `verdict`, joined with its label. View states stand as one digit each. */
export interface VerdictRow {
  readonly site: string;
  readonly slot: number;
  readonly edge: string;
  readonly class: string;
  readonly class_index: number;
  readonly exit: ExitName;
  readonly reason: FallbackReason;
  readonly uncertainty: number;
  readonly views: string;
  readonly epoch: number;
  readonly captured_at: number | null;
  readonly stored_at: number;
  readonly time: number;
  readonly revised_class: string | null;
  readonly revised_index: number | null;
  readonly revised_uncertainty: number | null;
  readonly revised_at: number | null;
  readonly label: string | null;
}

/** Reads a row. */
export function fromRow(row: VerdictRow): StoredVerdict {
  return {
    site: row.site,
    edge: row.edge,
    slot: row.slot,
    class: row.class,
    classIndex: row.class_index,
    exit: row.exit,
    reason: row.reason,
    uncertainty: row.uncertainty,
    views: Array.from(row.views, (digit) => viewStateNames[Number(digit)]),
    epoch: row.epoch,
    capturedAt: row.captured_at,
    storedAt: row.stored_at,
    label: row.label,
    revised:
      row.revised_class === null
        ? null
        : {
            class: row.revised_class,
            classIndex: row.revised_index!,
            uncertainty: row.revised_uncertainty!,
            storedAt: row.revised_at!,
          },
  };
}

/** Columns that {@link toRow} fills, in its order. */
export const NEW_COLUMNS =
  'site, slot, edge, class, class_index, exit, reason, uncertainty, views, epoch, captured_at, stored_at, time';

/** The values of {@link NEW_COLUMNS}. */
export function toRow(verdict: NewVerdict): (string | number | null)[] {
  return [
    verdict.site,
    verdict.slot,
    verdict.edge,
    verdict.class,
    verdict.classIndex,
    verdict.exit,
    verdict.reason,
    verdict.uncertainty,
    viewDigits(verdict.views),
    verdict.epoch,
    verdict.capturedAt,
    verdict.storedAt,
    verdict.capturedAt ?? verdict.storedAt,
  ];
}

/** View states as they stand in a row: one digit each. */
export function viewDigits(views: NewVerdict['views']): string {
  return views.map((state) => viewStateNames.indexOf(state)).join('');
}
