import { ClassicLevel } from 'classic-level';
import type { BestExit } from './answer.js';

/** Why a sample left the outbox without the cloud's acknowledgement. */
export type DropReason = 'full' | 'old' | 'refused';

/** How the outbox is bounded. */
export interface OutboxOptions {
  readonly folder: string;
  readonly maxSamples: number;
  readonly maxAgeMs: number;
}

/** Kind of an entry: uncertain features, or a batch of records. */
export type EntryKind = 'features' | 'record';

/** What waits for the cloud's acknowledgement. `slot` is the first of a record batch. */
export interface Entry {
  readonly kind: EntryKind;
  readonly slot: number;
  /** Unix time in ms at which it was put in. */
  readonly addedAt: number;
  /** Whether the sample has its verdict already: a fallback, or a record. */
  answered: boolean;
  /** The best exit so far, for a fallback after a restart. */
  readonly best: BestExit;
}

/** A sample whose features were arriving when the process ended. */
export interface Interrupted {
  readonly slot: number;
  readonly states: Uint8Array;
  readonly best: BestExit;
  readonly maps: readonly (Uint8Array | undefined)[];
}

const PREFIX = { features: 's', record: 'r', part: 'p', context: 'c' } as const;
/** Time of arrival f64 · answered u8 · class u8 · entropy u8 · frame. */
const META_BYTES = 11;

/**
 * What must reach the cloud, on disk from the moment it is accepted until the cloud's own acknowledgement. Features
 * arrive view by view as *parts*; once a sample is complete its parts become one entry in one atomic write.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #onDrop: (entry: Entry, reason: DropReason) => void;
  /** In the order of arrival: the order in which the backlog drains. */
  readonly #entries = new Map<string, Entry>();
  #db: ClassicLevel<string, Uint8Array> | undefined;

  constructor(options: OutboxOptions, onDrop: (entry: Entry, reason: DropReason) => void) {
    this.#options = options;
    this.#onDrop = onDrop;
  }

  /** Opens the folder and reads which entries wait. */
  async start(): Promise<void> {
    this.#db = new ClassicLevel<string, Uint8Array>(this.#options.folder, { valueEncoding: 'view' });
    await this.#db.open();
    const found: [string, Entry][] = [];
    for (const kind of ['features', 'record'] as const) {
      for await (const [key, value] of this.#db.iterator(range(PREFIX[kind]))) {
        found.push([key, readEntry(kind, Number(key.slice(2)), value)]);
      }
    }
    found.sort(([, a], [, b]) => a.addedAt - b.addedAt || a.slot - b.slot);
    for (const [key, entry] of found) this.#entries.set(key, entry);
  }

  async stop(): Promise<void> {
    const db = this.#db;
    this.#db = undefined;
    await db?.close();
  }

  /** Entries that wait. */
  get size(): number {
    return this.#entries.size;
  }

  /** The waiting entries, oldest first. */
  entries(): IterableIterator<Entry> {
    return this.#entries.values();
  }

  has(kind: EntryKind, slot: number): boolean {
    return this.#entries.has(key(PREFIX[kind], slot));
  }

  /** Opens a sample: which views took part, needed should the process end before its features are complete. */
  async begin(slot: number, states: Uint8Array, best: BestExit): Promise<void> {
    await this.#open.put(
      key(PREFIX.context, slot),
      Uint8Array.of(best.classIndex, Math.round(best.entropy * 255), ...states),
    );
  }

  /** Keeps the features of one view; resolves when they are written. */
  async putPart(slot: number, view: number, features: Uint8Array): Promise<void> {
    await this.#open.put(partKey(slot, view), features);
  }

  /** Drops the parts of a sample that was answered without the cloud. */
  async settle(slot: number, views: number): Promise<void> {
    await this.#open.batch(this.#partDeletions(slot, views));
  }

  /** Keeps a frame until it is acknowledged; the sample's parts go in the same write. */
  async put(entry: Omit<Entry, 'addedAt'>, frame: Uint8Array, views: number): Promise<void> {
    const { kind, slot } = entry;
    const stored: Entry = { ...entry, addedAt: Date.now() };
    const parts = kind === 'features' ? this.#partDeletions(slot, views) : [];
    const name = key(PREFIX[kind], slot);
    await this.#open.batch([{ type: 'put', key: name, value: writeEntry(stored, frame) }, ...parts]);
    this.#entries.set(name, stored);
    await this.#keepBounds();
  }

  /** The sample got a fallback: after a restart it must not be answered a second time. */
  async markAnswered(slot: number): Promise<void> {
    const name = key(PREFIX.features, slot);
    const entry = this.#entries.get(name);
    const frame = entry && (await this.read(entry));
    // It may have been acknowledged while it was read.
    if (!frame || !this.#entries.has(name)) return;
    entry.answered = true;
    await this.#open.put(name, writeEntry(entry, frame));
  }

  /** The frame of an entry, or undefined where it is gone. */
  async read({ kind, slot }: Entry): Promise<Uint8Array | undefined> {
    const value = await this.#open.get(key(PREFIX[kind], slot));
    return value?.subarray(META_BYTES);
  }

  /** The cloud has it: forget it. False where it was not there. */
  async acknowledge(kind: EntryKind, slot: number): Promise<boolean> {
    return this.#remove(key(PREFIX[kind], slot));
  }

  /** The cloud will never take it: forget it, and say so. */
  async refuse(kind: EntryKind, slot: number): Promise<void> {
    await this.#drop(key(PREFIX[kind], slot), 'refused');
  }

  /** Drops what is too old. */
  async expire(now: number): Promise<void> {
    for (const [name, { addedAt }] of this.#entries) {
      if (now - addedAt <= this.#options.maxAgeMs) return;
      await this.#drop(name, 'old');
    }
  }

  /** Samples that were still gathering features when the last process ended. */
  async interrupted(views: number): Promise<Interrupted[]> {
    const samples: Interrupted[] = [];
    for await (const [name, [classIndex, entropy, ...states]] of this.#open.iterator(range(PREFIX.context))) {
      const slot = Number(name.slice(2));
      const parts = Array.from({ length: views }, (_, view) => this.#open.get(partKey(slot, view)));
      const best = { classIndex, entropy: entropy / 255 };
      samples.push({ slot, states: Uint8Array.from(states), best, maps: await Promise.all(parts) });
    }
    return samples;
  }

  get #open(): ClassicLevel<string, Uint8Array> {
    if (!this.#db) throw new Error('the outbox is not open');
    return this.#db;
  }

  async #keepBounds(): Promise<void> {
    while (this.#entries.size > this.#options.maxSamples) {
      const [oldest] = this.#entries.keys();
      await this.#drop(oldest, 'full');
    }
  }

  async #drop(name: string, reason: DropReason): Promise<void> {
    const entry = this.#entries.get(name);
    if (entry && (await this.#remove(name))) this.#onDrop(entry, reason);
  }

  async #remove(name: string): Promise<boolean> {
    if (!this.#entries.delete(name)) return false;
    await this.#open.del(name);
    return true;
  }

  #partDeletions(slot: number, views: number) {
    const keys = [key(PREFIX.context, slot), ...Array.from({ length: views }, (_, view) => partKey(slot, view))];
    return keys.map((name) => ({ type: 'del' as const, key: name }));
  }
}

function key(prefix: string, slot: number): string {
  return `${prefix}/${String(slot).padStart(16, '0')}`;
}

function partKey(slot: number, view: number): string {
  return `${key(PREFIX.part, slot)}/${view}`;
}

function range(prefix: string) {
  return { gt: `${prefix}/`, lt: `${prefix}0` };
}

function writeEntry({ addedAt, answered, best }: Entry, frame: Uint8Array): Uint8Array {
  const value = new Uint8Array(META_BYTES + frame.length);
  new DataView(value.buffer).setFloat64(0, addedAt);
  value.set([answered ? 1 : 0, best.classIndex, Math.round(best.entropy * 255)], 8);
  value.set(frame, META_BYTES);
  return value;
}

function readEntry(kind: EntryKind, slot: number, value: Uint8Array): Entry {
  const addedAt = new DataView(value.buffer, value.byteOffset).getFloat64(0);
  const best = { classIndex: value[9], entropy: value[10] / 255 };
  return { kind, slot, addedAt, answered: value[8] === 1, best };
}
