import { type FallbackReason, frameEpoch } from '@ddnn/protocol';
import { type OutboxDatabase, openDatabase } from './database.js';
import type { Entry, EntryKind, EntryName, FeatureEntry } from './entry.js';
import { frameOf, writeEntry, writeMark } from './entry.js';
import { type Interrupted, type SampleContext, writeContext } from './interrupted.js';
import { keyOf, partKey } from './keys.js';
import { readEntries, readInterrupted, readSample } from './left-behind.js';
import { OutboxError } from './outbox-error.js';
import type { Closing, DropReason, OutboxOptions, OutboxState, RecordFrame } from './outbox-terms.js';
import { type Operation, SyncedWrites } from './synced-writes.js';

interface Open {
  readonly db: OutboxDatabase;
  readonly writes: SyncedWrites;
}

/**
 * Keeps what must reach the cloud on disk, from the moment it is accepted until the cloud's own acknowledgement.
 * Features arrive view by view as *parts*; when a sample is complete, its parts become one entry in one atomic write.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #onDrop: (entry: Entry, reason: DropReason) => void;
  /** In the order of arrival: the order in which they are sent. */
  #entries = new Map<string, Entry>();
  #open: Open | undefined;

  constructor(options: OutboxOptions, onDrop: (entry: Entry, reason: DropReason) => void) {
    this.#options = options;
    this.#onDrop = onDrop;
  }

  /** Opens the folder and reads which entries wait. Throws {@link OutboxError}, and leaves nothing open. */
  async start(): Promise<OutboxState> {
    const { db, setAside } = await openDatabase(this.#options.folder);
    try {
      const { entries, lost } = await readEntries(db);
      this.#entries = entries;
      this.#open = { db, writes: new SyncedWrites(db, entries.size) };
      return { entries: entries.size, lost, setAside };
    } catch (error) {
      await db.close();
      throw error;
    }
  }

  async stop(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.writes.settled();
    await open?.db.close();
  }

  /** Entries that wait. */
  get size(): number {
    return this.#entries.size;
  }

  /** Most entries that may wait. */
  get maxEntries(): number {
    return this.#options.maxSamples;
  }

  /** New samples are refused until the cloud has taken some. */
  get full(): boolean {
    return this.#options.whenFull === 'refuse' && this.#entries.size >= this.#options.maxSamples;
  }

  /** Why nothing can be written at the moment; undefined: writing works. */
  get failure(): OutboxError | undefined {
    return this.#open?.writes.failure;
  }

  /** Tries again to write to a disk that refused a write. True: it works, and no acknowledged entry is lost. */
  async recover(): Promise<boolean> {
    return (await this.#open?.writes.recover()) ?? false;
  }

  /** The waiting entries, oldest first. */
  entries(): IterableIterator<Entry> {
    return this.#entries.values();
  }

  has(kind: EntryKind, slot: number): boolean {
    return this.#entries.has(keyOf(kind, slot));
  }

  /** The features of a slot, if they wait. */
  features(slot: number): FeatureEntry | undefined {
    return this.#entries.get(keyOf('features', slot)) as FeatureEntry | undefined;
  }

  /** Opens a sample: stores what is needed if the process ends before the features are complete. */
  begin(slot: number, context: SampleContext): Promise<void> {
    return this.#write([{ type: 'put', key: keyOf('context', slot), value: writeContext(context) }]);
  }

  /** Keeps the features of one view; resolves when they are written. */
  putPart(slot: number, view: number, features: Uint8Array): Promise<void> {
    return this.#write([{ type: 'put', key: partKey(slot, view), value: features }]);
  }

  /** Drops the parts of a sample that needs them no more. */
  settle(slot: number): Promise<void> {
    return this.#write(this.#partDeletions(slot));
  }

  /** Keeps a sample's frame until it is acknowledged; its parts are deleted in the same write. */
  async put(sample: Omit<FeatureEntry, 'kind' | 'epoch' | 'addedAt'>, frame: Uint8Array): Promise<void> {
    const stored: Entry = { ...sample, kind: 'features', epoch: frameEpoch(frame), addedAt: this.#options.now() };
    const name = keyOf('features', sample.slot);
    const more = this.#entries.has(name) ? 0 : 1;
    // Registered before the write: a fallback that comes while the disk is busy must find it.
    this.#entries.set(name, stored);
    try {
      const put: Operation = { type: 'put', key: name, value: writeEntry(stored, frame) };
      await this.#write([put, ...this.#partDeletions(sample.slot)], more);
    } catch (error) {
      if (this.#entries.get(name) === stored) this.#entries.delete(name);
      throw error;
    }
    await this.#keepBounds();
  }

  /**
   * The sample has a verdict. From now on this process knows; a later one learns it from {@link putRecords}.
   *
   * @param fallback its reason; *none*: an exit of this edge was sure
   */
  close(slot: number, fallback: FallbackReason): Closing {
    const entry = this.features(slot);
    if (entry) entry.fallback = fallback;
    return { slot, fallback, waits: entry !== undefined };
  }

  /**
   * Keeps record frames in one atomic write, with what becomes of the features of their samples. The frames replace the
   * one with slot `grown`, if there is one. Always synced if there are closings: a power cut must not bring back a
   * sample that is answered.
   */
  async putRecords(
    frames: readonly RecordFrame[],
    grown: number | undefined,
    closings: readonly Closing[] = [],
    sync = true,
  ): Promise<void> {
    const operations: Operation[] = grown === undefined ? [] : [{ type: 'del', key: keyOf('record', grown) }];
    const addedAt = this.#options.now();
    const entries = frames.map(({ slot, frame, grows }): Entry => {
      const entry = { kind: 'record', slot, grows, addedAt } as const;
      operations.push({ type: 'put', key: keyOf('record', slot), value: writeEntry(entry, frame) });
      return entry;
    });
    for (const { slot, fallback, waits } of closings) {
      if (fallback === 'none') operations.push(...this.#partDeletions(slot));
      // After a restart the sample must not be answered a second time.
      else if (!waits || this.features(slot)) {
        operations.push({ type: 'put', key: keyOf('mark', slot), value: writeMark(fallback) });
      }
    }
    // The growing frame may be gone: dropped because the outbox was full.
    const replaced = grown !== undefined && this.has('record', grown) ? 1 : 0;
    await this.#write(operations, frames.length - replaced, sync || closings.length > 0);
    if (grown !== undefined) this.#entries.delete(keyOf('record', grown));
    for (const entry of entries) this.#entries.set(keyOf('record', entry.slot), entry);
    await this.#keepBounds();
  }

  /** Reports that a record frame is dropped because the disk was too slow and as many wait already as may. */
  dropUnwritten({ slot, grows }: RecordFrame): void {
    this.#onDrop({ kind: 'record', slot, grows, addedAt: this.#options.now() }, this.failure ? 'disk' : 'full');
  }

  /** Resolves when all that is written would survive a power cut. */
  async sync(): Promise<void> {
    await this.#open?.writes.sync();
  }

  /**
   * Replaces the frame of a waiting entry; the sample's parts are deleted in the same write. Does nothing if no entry
   * waits.
   */
  async replace(slot: number, states: Uint8Array, frame: Uint8Array): Promise<void> {
    const before = this.features(slot);
    const parts = this.#partDeletions(slot);
    if (!before) return this.#write(parts);
    const name = keyOf('features', slot);
    await this.#write([{ type: 'put', key: name, value: writeEntry({ ...before, states }, frame) }, ...parts]);
    // Only after the write: until then, a reader would find the old frame. Meanwhile the entry may have been
    // acknowledged.
    if (this.#entries.get(name) === before) this.#entries.set(name, { ...before, states });
  }

  /** The frame of an entry; undefined: the entry is gone, or cannot be read until the disk works again. */
  async read({ kind, slot }: EntryName): Promise<Uint8Array | undefined> {
    if (!this.#open || this.failure) return undefined;
    const value = await this.#open.db.get(keyOf(kind, slot));
    return value && frameOf(value);
  }

  /** Deletes an entry that the cloud has. False: there was none. */
  acknowledge(kind: EntryKind, slot: number): Promise<boolean> {
    return this.#remove(keyOf(kind, slot));
  }

  /** Deletes an entry that the cloud will never take, and reports that. */
  refuse(kind: EntryKind, slot: number): Promise<void> {
    return this.#drop(keyOf(kind, slot), 'refused');
  }

  /** Drops what is too old. */
  async expire(): Promise<void> {
    if (this.failure) return;
    const now = this.#options.now();
    for (const [name, { addedAt }] of this.#entries) {
      if (now - addedAt <= this.#options.maxAgeMs) return;
      await this.#drop(name, 'old');
    }
  }

  /** Samples that were still gathering features when the last process ended. Call it before there are new ones. */
  async interrupted(): Promise<Interrupted[]> {
    if (!this.#open) throw notOpen();
    const { samples, strays } = await readInterrupted(this.#open.db, this.#options.views, (slot) =>
      this.has('features', slot),
    );
    // Features and marks of samples that are done, and that were not deleted in time.
    await this.#write(strays.map((key) => ({ type: 'del', key })));
    return samples;
  }

  /** What is on disk of a sample that has no entry; undefined: nothing. */
  async gathered(slot: number): Promise<Interrupted | undefined> {
    if (!this.#open) throw notOpen();
    return readSample(this.#open.db, slot, this.#options.views);
  }

  /** Reports that a new sample is refused because the outbox is full. */
  refuseNew(sample: Omit<FeatureEntry, 'kind' | 'addedAt'>): void {
    this.#onDrop({ ...sample, kind: 'features', addedAt: this.#options.now() }, 'full');
  }

  /** Drops an interrupted sample that the bundle in service cannot answer. */
  async discard({ slot, epoch, states, best }: Interrupted): Promise<void> {
    await this.#write(this.#partDeletions(slot, states.length));
    const addedAt = this.#options.now();
    this.#onDrop({ kind: 'features', slot, epoch, addedAt, fallback: 'dropped', best, states }, 'unfit');
  }

  /** Synced by default: a device deletes its features on our PUBACK, and a power cut must not lose them. */
  #write(operations: readonly Operation[], change = 0, sync = true): Promise<void> {
    return this.#open ? this.#open.writes.write(operations, change, sync) : Promise.reject(notOpen());
  }

  async #keepBounds(): Promise<void> {
    const oldest: string[] = [];
    const { maxSamples, whenFull } = this.#options;
    for (const [name, { kind }] of this.#entries) {
      if (this.#entries.size - oldest.length <= maxSamples) break;
      if (kind === 'record' || whenFull === 'dropOldest') oldest.push(name);
    }
    // In one write: one write for each would delay new entries.
    await Promise.all(oldest.map((name) => this.#drop(name, 'full')));
  }

  async #drop(name: string, reason: DropReason): Promise<void> {
    const entry = this.#entries.get(name);
    if (entry && (await this.#remove(name))) this.#onDrop(entry, reason);
  }

  async #remove(name: string): Promise<boolean> {
    const entry = this.#entries.get(name);
    if (!entry) return false;
    this.#entries.delete(name);
    const operations: Operation[] = [{ type: 'del', key: name }];
    if (entry.kind === 'features') operations.push({ type: 'del', key: keyOf('mark', entry.slot) });
    try {
      await this.#write(operations, -1);
    } catch (error) {
      // It is still on disk, so it stays here too. It is sent again, and the next acknowledgement removes it.
      if (!this.#entries.has(name)) this.#entries.set(name, entry);
      throw error;
    }
    return true;
  }

  #partDeletions(slot: number, views = 0): Operation[] {
    const count = Math.max(views, this.#options.views);
    const keys = [
      keyOf('context', slot),
      keyOf('mark', slot),
      ...Array.from({ length: count }, (_, view) => partKey(slot, view)),
    ];
    return keys.map((key) => ({ type: 'del', key }));
  }
}

function notOpen(): OutboxError {
  return new OutboxError('DDNN_OUTBOX_DISK', 'the outbox is not open');
}
