import { type FallbackReason, fallbackReasons } from '@ddnn/protocol';
import { ClassicLevel } from 'classic-level';
import { type BestExit, NO_EXIT } from './best-exit.js';
import {
  type Entry,
  type EntryKind,
  frameOf,
  key,
  PREFIX,
  partKey,
  range,
  readEntry,
  writeEntry,
} from './outbox-entry.js';
import { type Operation, type OutboxDatabase, OutboxWrites } from './outbox-writes.js';

/**
 * Why a sample left the outbox without the cloud's acknowledgement. *unfit*: its features were still arriving when the
 * process ended, and another bundle is in service now.
 */
export type DropReason = 'full' | 'old' | 'refused' | 'unfit';

/** How the outbox is bounded. */
export interface OutboxOptions {
  readonly folder: string;
  readonly maxSamples: number;
  readonly maxAgeMs: number;
  /** A time in ms that goes on through restarts, and that no step of the wall clock reaches. */
  readonly now: () => number;
}

/** A record frame, by its first slot. */
export interface RecordFrame {
  readonly slot: number;
  readonly frame: Uint8Array;
  /** More verdicts may come into it: it is kept, and not sent yet. After a restart nothing grows. */
  readonly grows: boolean;
}

/** A sample whose features were arriving when the process ended. */
export interface Interrupted {
  readonly slot: number;
  /** Under which its features came. */
  readonly epoch: number;
  readonly states: Uint8Array;
  readonly best: BestExit;
  readonly maps: readonly (Uint8Array | undefined)[];
}

const NO_STATES = new Uint8Array(0);

/**
 * What must reach the cloud, on disk from the moment it is accepted until the cloud's own acknowledgement. Features
 * arrive view by view as *parts*; once a sample is complete its parts become one entry in one atomic write.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #onDrop: (entry: Entry, reason: DropReason) => void;
  /** In the order of arrival: the order in which the backlog drains. */
  readonly #entries = new Map<string, Entry>();
  #db: OutboxDatabase | undefined;
  #writes: OutboxWrites | undefined;

  constructor(options: OutboxOptions, onDrop: (entry: Entry, reason: DropReason) => void) {
    this.#options = options;
    this.#onDrop = onDrop;
  }

  /** Opens the folder and reads which entries wait. */
  async start(): Promise<void> {
    this.#db = new ClassicLevel<string, Uint8Array>(this.#options.folder, { valueEncoding: 'view' });
    await this.#db.open();
    this.#writes = new OutboxWrites(this.#db);
    const found: [string, Entry][] = [];
    for (const kind of ['features', 'record'] as const) {
      for await (const [key, value] of this.#db.iterator(range(PREFIX[kind]))) {
        found.push([key, readEntry(kind, Number(key.slice(2)), value)]);
      }
    }
    found.sort(([, a], [, b]) => a.addedAt - b.addedAt || a.slot - b.slot);
    for (const [key, entry] of found) this.#entries.set(key, entry);
    for await (const [name, value] of this.#db.iterator(range(PREFIX.mark))) {
      const entry = this.#entries.get(key(PREFIX.features, Number(name.slice(2))));
      if (entry) entry.fallback = fallbackReasons[value[0]] ?? 'deadline';
    }
  }

  async stop(): Promise<void> {
    const db = this.#db;
    await this.#writes?.settled();
    this.#writes = undefined;
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

  /** The entry of a slot, where it waits. */
  entry(kind: EntryKind, slot: number): Entry | undefined {
    return this.#entries.get(key(PREFIX[kind], slot));
  }

  /** Opens a sample: which views took part, needed should the process end before its features are complete. */
  async begin(slot: number, epoch: number, states: Uint8Array, best: BestExit): Promise<void> {
    const value = Uint8Array.of(epoch, best.classIndex, Math.round(best.uncertainty * 255), ...states);
    await this.#write([{ type: 'put', key: key(PREFIX.context, slot), value }]);
  }

  /** Keeps the features of one view; resolves when they are written. */
  async putPart(slot: number, view: number, features: Uint8Array): Promise<void> {
    await this.#write([{ type: 'put', key: partKey(slot, view), value: features }]);
  }

  /** Drops the parts of a sample that was answered without the cloud. */
  async settle(slot: number, views: number): Promise<void> {
    await this.#write(this.#partDeletions(slot, views));
  }

  /** Keeps a frame until it is acknowledged; the sample's parts go in the same write. */
  async put(entry: Omit<Entry, 'addedAt'>, frame: Uint8Array, views: number): Promise<void> {
    const { kind, slot } = entry;
    const stored: Entry = { ...entry, addedAt: this.#options.now() };
    const parts = kind === 'features' ? this.#partDeletions(slot, views) : [];
    const name = key(PREFIX[kind], slot);
    // Known from now on: a fallback that comes while the disk is busy must find it.
    this.#entries.set(name, stored);
    try {
      await this.#write([{ type: 'put', key: name, value: writeEntry(stored, frame) }, ...parts]);
    } catch (error) {
      if (this.#entries.get(name) === stored) this.#entries.delete(name);
      throw error;
    }
    await this.#keepBounds();
  }

  /** Keeps record frames, in the place of the one with slot `grown` where there is one, in one atomic write. */
  async putRecords(frames: readonly RecordFrame[], grown: number | undefined): Promise<void> {
    const operations: Operation[] = grown === undefined ? [] : [{ type: 'del', key: key(PREFIX.record, grown) }];
    const entries = frames.map(({ slot, frame, grows }) => {
      const entry = this.#recordEntry(slot, grows);
      operations.push({ type: 'put', key: key(PREFIX.record, slot), value: writeEntry(entry, frame) });
      return entry;
    });
    await this.#write(operations);
    if (grown !== undefined) this.#entries.delete(key(PREFIX.record, grown));
    for (const entry of entries) this.#entries.set(key(PREFIX.record, entry.slot), entry);
    await this.#keepBounds();
  }

  /** Drops a record frame that the disk had no time for: as many as may wait there wait for it already. */
  dropUnwritten({ slot, grows }: RecordFrame): void {
    this.#onDrop(this.#recordEntry(slot, grows), 'full');
  }

  /** Entries that may wait. */
  get maxEntries(): number {
    return this.#options.maxSamples;
  }

  /**
   * Puts another frame in the place of a waiting one; the sample's parts go in the same write. Nothing where none
   * waits.
   */
  async replace(slot: number, states: Uint8Array, frame: Uint8Array, views: number): Promise<void> {
    const name = key(PREFIX.features, slot);
    const before = this.#entries.get(name);
    const parts = this.#partDeletions(slot, views);
    if (!before) return this.#write(parts);
    await this.#write([{ type: 'put', key: name, value: writeEntry({ ...before, states }, frame) }, ...parts]);
    // Only now, for until it is written a reader would find the frame before. It may be acknowledged meanwhile.
    if (this.#entries.get(name) === before) this.#entries.set(name, { ...before, states });
  }

  /** The sample got a fallback: after a restart it must not be answered a second time. */
  async markAnswered(slot: number, fallback: FallbackReason): Promise<void> {
    const entry = this.#entries.get(key(PREFIX.features, slot));
    if (!entry) return;
    entry.fallback = fallback;
    const value = Uint8Array.of(fallbackReasons.indexOf(fallback));
    await this.#write([{ type: 'put', key: key(PREFIX.mark, slot), value }]);
  }

  /** The frame of an entry, or undefined where it is gone. */
  async read({ kind, slot }: Entry): Promise<Uint8Array | undefined> {
    const value = await this.#open.get(key(PREFIX[kind], slot));
    return value && frameOf(value);
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
  async expire(): Promise<void> {
    const now = this.#options.now();
    for (const [name, { addedAt }] of this.#entries) {
      if (now - addedAt <= this.#options.maxAgeMs) return;
      await this.#drop(name, 'old');
    }
  }

  /** Samples that were still gathering features when the last process ended. Call it before there are new ones. */
  async interrupted(views: number): Promise<Interrupted[]> {
    const samples: Interrupted[] = [];
    const slots = new Set<number>();
    for await (const [name, [epoch, classIndex, uncertainty, ...states]] of this.#open.iterator(
      range(PREFIX.context),
    )) {
      const slot = Number(name.slice(2));
      slots.add(slot);
      const parts = Array.from({ length: views }, (_, view) => this.#open.get(partKey(slot, view)));
      const best = { classIndex, uncertainty: uncertainty / 255 };
      samples.push({ slot, epoch, states: Uint8Array.from(states), best, maps: await Promise.all(parts) });
    }
    // Features that came after their sample was answered, and were not yet deleted.
    const strays: Operation[] = [];
    for await (const name of this.#open.keys(range(PREFIX.part))) {
      if (!slots.has(Number(name.split('/')[1]))) strays.push({ type: 'del', key: name });
    }
    await this.#write(strays);
    return samples;
  }

  /** Gives up an interrupted sample that the bundle in service cannot answer. */
  async discard({ slot, states, best }: Interrupted, views: number): Promise<void> {
    await this.settle(slot, Math.max(views, states.length));
    this.#onDrop({ kind: 'features', slot, addedAt: this.#options.now(), fallback: 'dropped', best, states }, 'unfit');
  }

  #recordEntry(slot: number, grows: boolean): Entry {
    const addedAt = this.#options.now();
    return { kind: 'record', slot, grows, addedAt, fallback: 'none', best: NO_EXIT, states: NO_STATES };
  }

  #write(operations: readonly Operation[]): Promise<void> {
    if (!this.#writes) return Promise.reject(new Error('the outbox is not open'));
    return this.#writes.write(operations);
  }

  get #open(): OutboxDatabase {
    if (!this.#db) throw new Error('the outbox is not open');
    return this.#db;
  }

  async #keepBounds(): Promise<void> {
    const oldest: string[] = [];
    for (const name of this.#entries.keys()) {
      if (this.#entries.size - oldest.length <= this.#options.maxSamples) break;
      oldest.push(name);
    }
    // Together, for a write each would hold up those that come in.
    await Promise.all(oldest.map((name) => this.#drop(name, 'full')));
  }

  async #drop(name: string, reason: DropReason): Promise<void> {
    const entry = this.#entries.get(name);
    if (entry && (await this.#remove(name))) this.#onDrop(entry, reason);
  }

  async #remove(name: string): Promise<boolean> {
    if (!this.#entries.delete(name)) return false;
    const mark = `${PREFIX.mark}${name.slice(1)}`;
    await this.#write([
      { type: 'del', key: name },
      ...(name.startsWith(PREFIX.features) ? [{ type: 'del' as const, key: mark }] : []),
    ]);
    return true;
  }

  #partDeletions(slot: number, views: number) {
    const keys = [key(PREFIX.context, slot), ...Array.from({ length: views }, (_, view) => partKey(slot, view))];
    return keys.map((name) => ({ type: 'del' as const, key: name }));
  }
}
