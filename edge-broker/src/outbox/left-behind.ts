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

/** Samples that were still gathering features; and the keys of features that belong to no sample. */
export async function readInterrupted(
  db: OutboxDatabase,
  views: number,
): Promise<{ samples: Interrupted[]; strays: string[] }> {
  const samples: Interrupted[] = [];
  for await (const [name, value] of db.iterator(range('context'))) {
    const slot = slotOf(name);
    const parts = Array.from({ length: views }, (_, view) => db.get(partKey(slot, view)));
    samples.push({ slot, ...readContext(value), maps: await Promise.all(parts) });
  }
  const slots = new Set(samples.map(({ slot }) => slot));
  const strays: string[] = [];
  for await (const name of db.keys(range('part'))) if (!slots.has(slotOf(name))) strays.push(name);
  return { samples, strays };
}
