import { type ExitName, type FallbackReason, type ViewStateName, viewStateNames } from '@ddnn/protocol';
import type { NewVerdict, Revision, StoredVerdict } from './verdict-store.js';

const ZERO = 48;

/** A value in a column. */
export type SqlValue = string | number | null;

/** A row as SQLite has it, and as it goes between threads: values are cheaper to copy than objects. */
export type Row = readonly SqlValue[];

/** Columns that {@link toRow} fills, in its order. */
export const NEW_COLUMNS =
  'site, slot, edge, class, class_index, exit, reason, uncertainty, views, epoch, captured_at, stored_at, time';
export const NEW_COLUMN_COUNT = NEW_COLUMNS.split(',').length;

/**
 * All columns of the table `verdict`, in the order that {@link fromRow} takes. View states are stored as one digit
 * each.
 */
export const COLUMNS = `${NEW_COLUMNS}, revised_class, revised_index, revised_uncertainty, revised_at, label`;

/** Reads a row of {@link COLUMNS}. */
export function fromRow(row: Row): StoredVerdict {
  const verdict = fromNewRow(row);
  const [name, classIndex, uncertainty, storedAt, label] = [row[13], row[14], row[15], row[16], row[17]];
  const revised = name === null ? null : ({ class: name, classIndex, uncertainty, storedAt } as Revision);
  return Object.assign(verdict, { label: label as string | null, revised });
}

/** Reads a row of {@link NEW_COLUMNS}. */
export function fromNewRow(row: Row): NewVerdict {
  const views: ViewStateName[] = [];
  const digits = row[8] as string;
  // A loop, because a page has thousands of these, and `Array.from` on a text would take longer than all the rest.
  for (let view = 0; view < digits.length; view++) views.push(viewStateNames[digits.charCodeAt(view) - ZERO]);
  return {
    site: row[0] as string,
    edge: row[2] as string,
    slot: row[1] as number,
    class: row[3] as string,
    classIndex: row[4] as number,
    exit: row[5] as ExitName,
    reason: row[6] as FallbackReason,
    uncertainty: row[7] as number,
    views,
    epoch: row[9] as number,
    capturedAt: row[10] as number | null,
    storedAt: row[11] as number,
  };
}

/** Appends the values of {@link NEW_COLUMNS}. */
export function toRow(verdict: NewVerdict, row: SqlValue[]): void {
  row.push(
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
  );
}

/** View states as a row has them: one digit each. */
export function viewDigits(views: NewVerdict['views']): string {
  let digits = '';
  for (const state of views) digits += viewStateNames.indexOf(state);
  return digits;
}
