/** Slots on device frames are counted modulo this: 15 bits, the 16th marks a sample that carries a body. */
export const SLOT_MODULUS = 2 ** 15;

/** The largest slot: 48 bits on the uplink. */
export const MAX_SLOT = 2 ** 48 - 1;

/** The slot as a device frame carries it. */
export function truncateSlot(slot: number): number {
  return slot % SLOT_MODULUS;
}

/**
 * The full slot nearest to `reference` whose truncated form is `short`. The reference is the slot of the edge's clock,
 * so the answer is right while a frame is less than 16,384 slots away from it (27 minutes at ten samples a second).
 */
export function restoreSlot(short: number, reference: number): number {
  const base = reference - (reference % SLOT_MODULUS);
  let slot = base + short;
  if (slot - reference > SLOT_MODULUS / 2) slot -= SLOT_MODULUS;
  else if (reference - slot >= SLOT_MODULUS / 2) slot += SLOT_MODULUS;
  return slot < 0 ? slot + SLOT_MODULUS : slot;
}
