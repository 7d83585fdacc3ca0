/**
 * The first letter of a key tells what it holds: entries, a view's part of a sample, a sample's context, its answer.
 */
export const PREFIX = { features: 's', record: 'r', part: 'p', context: 'c', mark: 'a' } as const;
/** The key of the number of entries, which every batch writes. The entries found are compared with it. */
export const COUNT_KEY = 'n';

const SLOT_DIGITS = 16;

/** The key of a slot; keys with one prefix are sorted by slot. */
export function keyOf(kind: keyof typeof PREFIX, slot: number): string {
  return `${PREFIX[kind]}/${String(slot).padStart(SLOT_DIGITS, '0')}`;
}

/** The key of one view's features. */
export function partKey(slot: number, view: number): string {
  return `${keyOf('part', slot)}/${view}`;
}

/** The slot of any of these keys. */
export function slotOf(key: string): number {
  return Number(key.slice(2, 2 + SLOT_DIGITS));
}

/** All keys of a kind. */
export function range(kind: keyof typeof PREFIX) {
  return { gt: `${PREFIX[kind]}/`, lt: `${PREFIX[kind]}0` };
}
