import { NAME_SEGMENT } from '@ddnn/protocol';
import { StoreError } from './store-error.js';

/** Where a page of verdicts ended: the last verdict's place in the order of time, slot and site. */
export interface VerdictCursor {
  readonly time: number;
  readonly slot: number;
  readonly site: string;
}

const pattern = new RegExp(`^([0-9a-z]{1,11})\\.([0-9a-z]{1,11})\\.(${NAME_SEGMENT})$`);

export function encodeCursor({ time, slot, site }: VerdictCursor): string {
  return `${time.toString(36)}.${slot.toString(36)}.${site}`;
}

/** Reads a cursor. Throws `DDNN_STORE_CURSOR`. */
export function decodeCursor(text: string): VerdictCursor {
  const match = pattern.exec(text);
  if (!match) throw new StoreError('DDNN_STORE_CURSOR', 'cursor is not the "next" of a page');
  return { time: Number.parseInt(match[1], 36), slot: Number.parseInt(match[2], 36), site: match[3] };
}
