/** The first letter of a key says what stands there: entries, a view's part of a sample, what it was, its answer. */
export const PREFIX = { features: 's', record: 'r', part: 'p', context: 'c', mark: 'a' } as const;
/** The key of how many entries there are, in every batch: what is found is held against it. */
export const COUNT_KEY = 'n';

const SLOT_DIGITS = 16;

/** The key of a slot; keys of one prefix stand in the order of their slots. */
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
