/*
 * Binary values are stored as bits, eight to a byte, lowest bit first; bit 1 is +1, bit 0 is -1. Unused bits of the
 * last byte are 0 (docs/adr/0001).
 */

/** Bytes that `count` bits take. */
export function bitBytes(count: number): number {
  return (count + 7) >> 3;
}

/** How many of a mask's 32 bits are set. */
export function countBits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** The mask of the entries that exist: bit i is set if entry i is there. */
export function maskOf(entries: readonly unknown[]): number {
  let mask = 0;
  for (let i = 0; i < entries.length; i++) if (entries[i]) mask |= 1 << i;
  return mask;
}

/** The mask of places by number. */
export function maskOfPlaces(places: readonly number[]): number {
  let mask = 0;
  for (const place of places) mask |= 1 << place;
  return mask;
}

/** Packs signs: a value of 0 or above becomes bit 1. */
export function packSigns(
  values: ArrayLike<number>,
  out: Uint8Array = new Uint8Array(bitBytes(values.length)),
): Uint8Array {
  out.fill(0);
  for (let i = 0; i < values.length; i++) if (values[i] >= 0) out[i >> 3] |= 1 << (i & 7);
  return out;
}

/** Unpacks `out.length` bits into -1 and +1. */
export function unpackSigns<T extends Int8Array | Int32Array>(bits: Uint8Array, out: T): T {
  for (let i = 0; i < out.length; i++) out[i] = ((bits[i >> 3] >> (i & 7)) & 1) * 2 - 1;
  return out;
}
