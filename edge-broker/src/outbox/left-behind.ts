import type { OutboxDatabase } from './database.js';
import { type Entry, readEntry, readMark } from './entry.js';
import { type Interrupted, readContext } from './interrupted.js';
import { COUNT_KEY, keyOf, partKey, range, slotOf } from './keys.js';

/** The entries in a database, by key, in the order of arrival; and how many entries are missing. */
export async function readEntries(db: OutboxDatabase): Promise<{ entries: Map<string, Entry>; lost: number }> {
  const found: [string, Entry][] = [];
  for (const kind of ['features', 'record'] as const) {
    for await (const [name, value] of db.iterator(range(kind))) {
      found.push([name, readEntry(kind, slotOf(name), value)]);
    }
  }
  found.sort(([, a], [, b]) => a.addedAt - b.addedAt || a.slot - b.slot);
  const entries = new Map(found);
  for await (const [name, value] of db.iterator(range('mark'))) {
    const entry = entries.get(keyOf('features', slotOf(name)));
    if (entry?.kind === 'features') entry.fallback = readMark(value);
  }
  const count = await db.get(COUNT_KEY);
  const before = count ? new DataView(count.buffer, count.byteOffset).getUint32(0) : 0;
  return { entries, lost: Math.max(0, before - found.length) };
}

/** What is on disk of a sample without an entry; undefined: nothing is. */
export async function readSample(db: OutboxDatabase, slot: number, views: number): Promise<Interrupted | undefined> {
  const [context, mark] = await db.getMany([keyOf('context', slot), keyOf('mark', slot)]);
  if (!context) return undefined;
  const maps = await db.getMany(Array.from({ length: views }, (_, view) => partKey(slot, view)));
  return { slot, ...readContext(context), fallback: mark ? readMark(mark) : 'none', maps };
}

/** Samples that were still gathering features; and the keys of what belongs neither to them nor to an entry. */
export async function readInterrupted(
  db: OutboxDatabase,
  views: number,
  hasEntry: (slot: number) => boolean,
): Promise<{ samples: Interrupted[]; strays: string[] }> {
  const samples: Interrupted[] = [];
  for await (const name of db.keys(range('context'))) {
    const sample = await readSample(db, slotOf(name), views);
    if (sample) samples.push(sample);
  }
  const slots = new Set(samples.map(({ slot }) => slot));
  const strays: string[] = [];
  for await (const name of db.keys(range('part'))) if (!slots.has(slotOf(name))) strays.push(name);
  for await (const name of db.keys(range('mark'))) {
    if (!slots.has(slotOf(name)) && !hasEntry(slotOf(name))) strays.push(name);
  }
  return { samples, strays };
}
