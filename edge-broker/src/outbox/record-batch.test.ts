import { decodeVerdicts, type Verdict } from '@ddnn/protocol';
import { ClassicLevel } from 'classic-level';
import { describe, expect, it, type Mock, vi } from 'vitest';
import { EPOCH, openOutbox, until, VIEWS } from '../../test/tiny-site.js';
import type { Outbox } from './outbox.js';
import { RecordBatch } from './record-batch.js';

const verdict = (slot: number): Verdict => ({
  slot,
  classIndex: slot % 3,
  exit: 'local',
  reason: 'none',
  uncertainty: 0.2,
  states: Uint8Array.of(2, 2, 1),
});

/** A batch; `flush` and `send` resolve to the first slots of the frames that may go since. */
function batchOn(outbox: Outbox, maxVerdicts: number) {
  const whole: number[] = [];
  const errors: unknown[] = [];
  const batch = new RecordBatch(outbox, {
    epoch: EPOCH,
    maxVerdicts,
    onWhole: (slot) => void whole.push(slot),
    onError: (error) => void errors.push(error),
  });
  const wholeAfter = async (written: Promise<void>) => {
    await written;
    return whole.splice(0);
  };
  return {
    batch,
    errors,
    add: (verdict: Verdict) => batch.add(verdict),
    flush: () => wholeAfter(batch.flush()),
    send: () => wholeAfter(batch.send()),
  };
}

async function frames(outbox: Outbox): Promise<number[][]> {
  const found: number[][] = [];
  for (const entry of outbox.entries()) {
    const frame = (await outbox.read(entry))!;
    const slots = decodeVerdicts(frame, 'record', EPOCH, VIEWS, 1000).map(({ slot }) => slot);
    expect(entry.slot).toBe(slots[0]);
    found.push(slots);
  }
  return found;
}

describe('record batch', () => {
  it('syncs a write where it says what becomes of features, and everything at a flush', async () => {
    const { outbox } = await openOutbox();
    const batches = vi.spyOn(ClassicLevel.prototype, 'batch' as never) as unknown as Mock<() => void>;
    const synced = () => batches.mock.calls.map((call: unknown[]) => (call[1] as { sync: boolean }).sync);
    const { batch } = batchOn(outbox, 256);
    batch.add(verdict(1));
    await batch.write();
    batch.add(verdict(2));
    await batch.write();
    expect(synced()).toEqual([false, false]);
    expect(await frames(outbox)).toEqual([[1, 2]]);
    await batch.flush();
    await batch.flush();
    expect(synced()).toEqual([false, false, true]);
    batch.add(verdict(3), outbox.close(3, 'deadline'));
    await batch.write();
    batch.add(verdict(4));
    await batch.flush();
    expect(synced()).toEqual([false, false, true, true, true]);
    batches.mockRestore();
  });

  it('orders verdicts, starts another frame at a wide gap and at a full batch', async () => {
    const { outbox } = await openOutbox();
    const batch = batchOn(outbox, 3);
    const slots = [9, 1, 5, 4, 70_000, 65_544, 3];
    expect(slots.map((slot) => batch.add(verdict(slot)))).toEqual([false, false, true, false, false, true, false]);
    expect(await batch.flush()).toEqual([1, 5]);
    expect(await frames(outbox)).toEqual([[1, 3, 4], [5, 9, 65_544], [70_000]]);
    expect(await batch.flush()).toEqual([]);
  });

  it('starts another frame where slots lie more than 65,535 apart', async () => {
    const { outbox } = await openOutbox();
    const batch = batchOn(outbox, 10);
    for (const slot of [0, 65_535, 131_071]) batch.add(verdict(slot));
    await batch.flush();
    expect(await frames(outbox)).toEqual([[0, 65_535], [131_071]]);
  });

  it('writes every verdict once however flushes overlap, and the last flush waits for all', async () => {
    const { outbox } = await openOutbox();
    const batch = batchOn(outbox, 4);
    for (let slot = 0; slot < 50; slot++) {
      batch.add(verdict(slot));
      if (slot % 7 === 0) void batch.flush();
    }
    await batch.flush();
    expect((await frames(outbox)).flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, slot) => slot));
  });

  it('keeps no more frames waiting for the disk than may wait on it, and tells which it drops', async () => {
    const { outbox, drops } = await openOutbox({ maxSamples: 3 });
    const batch = batchOn(outbox, 1024);
    for (let slot = 0; slot < 8 * 1024; slot++) batch.add(verdict(slot));
    expect(drops).toEqual([0, 1, 2, 3, 4].map((frame) => [frame * 1024, 'full']));
    expect(await batch.send()).toEqual([5, 6, 7].map((frame) => frame * 1024));
    expect(outbox.size).toBe(3);
  });

  it('writes every verdict once, however many come while the disk is busy', async () => {
    const { outbox } = await openOutbox();
    const batch = batchOn(outbox, 400);
    batch.add(verdict(0));
    await batch.flush();
    for (let slot = 1; slot < 5000; slot++) batch.add(verdict(slot));
    expect(await batch.flush()).toHaveLength(14);
    expect(await batch.send()).toHaveLength(1);
    const written = await frames(outbox);
    expect(written.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 5000 }, (_, slot) => slot));
    expect(Math.max(...written.map(({ length }) => length))).toBe(400);
  });

  it('writes with every flush, and lets a frame grow until it is full or sent', async () => {
    const { outbox, folder } = await openOutbox();
    const batch = batchOn(outbox, 4);
    const going = () =>
      [...outbox.entries()].filter((entry) => entry.kind === 'record' && !entry.grows).map(({ slot }) => slot);
    batch.add(verdict(5));
    expect(await batch.flush()).toEqual([]);
    expect([await frames(outbox), going()]).toEqual([[[5]], []]);
    // An earlier slot that is answered later comes first.
    for (const slot of [6, 3]) batch.add(verdict(slot));
    expect(await batch.flush()).toEqual([]);
    expect([await frames(outbox), going()]).toEqual([[[3, 5, 6]], []]);
    for (const slot of [8, 7]) batch.add(verdict(slot));
    expect(await batch.flush()).toEqual([3]);
    expect([await frames(outbox), going()]).toEqual([[[3, 5, 6, 7], [8]], [3]]);
    expect(await batch.send()).toEqual([8]);
    expect([await frames(outbox), going()]).toEqual([
      [[3, 5, 6, 7], [8]],
      [3, 8],
    ]);
    expect(await batch.send()).toEqual([]);
    batch.add(verdict(9));
    await batch.flush();
    await outbox.stop();
    const again = await openOutbox({ folder });
    expect(await frames(again.outbox)).toEqual([[3, 5, 6, 7], [8], [9]]);
    expect([...again.outbox.entries()].some((entry) => entry.kind === 'record' && entry.grows)).toBe(false);
  });

  it('takes one verdict for a slot, the first', async () => {
    const { outbox } = await openOutbox();
    const batch = batchOn(outbox, 4);
    for (const classIndex of [0, 1]) batch.add({ ...verdict(5), classIndex });
    await batch.flush();
    batch.add({ ...verdict(5), classIndex: 2 });
    expect(await batch.send()).toEqual([5]);
    const [entry] = outbox.entries();
    expect(decodeVerdicts((await outbox.read(entry))!, 'record', EPOCH, VIEWS, 10)).toMatchObject([{ classIndex: 0 }]);
  });

  it('tells what failed in the background, where nobody waits, and goes on', async () => {
    const { outbox } = await openOutbox();
    const { batch, errors, send } = batchOn(outbox, 4);
    await outbox.stop();
    batch.add(verdict(1));
    for (const write of [() => batch.flushSoon(), () => batch.flushSoon(), () => batch.sendSoon()]) write();
    await until(() => errors.length === 2);
    await outbox.start();
    batch.flushSoon();
    expect(await send()).toEqual([1]);
    expect(errors).toHaveLength(2);
  });

  it('keeps for another try what could not be written', async () => {
    const { outbox, folder } = await openOutbox();
    await outbox.stop();
    const batch = batchOn(outbox, 4);
    for (const slot of [1, 2]) batch.add(verdict(slot));
    await expect(batch.flush()).rejects.toThrow('not open');
    for (const slot of [3, 4, 5]) batch.add(verdict(slot));
    await expect(batch.send()).rejects.toThrow('not open');
    await outbox.start();
    expect(await batch.send()).toEqual([1, 5]);
    await outbox.stop();
    expect(await frames((await openOutbox({ folder })).outbox)).toEqual([[1, 2, 3, 4], [5]]);
  });

  it('does not write over a record that waits since the last process', async () => {
    const { outbox } = await openOutbox();
    const before = batchOn(outbox, 4);
    for (const slot of [5, 6, 7]) before.add(verdict(slot));
    await before.flush();
    const after = batchOn(outbox, 4);
    for (const slot of [5, 7, 8]) after.add(verdict(slot));
    await after.flush();
    expect(await frames(outbox)).toEqual([
      [5, 6, 7],
      [7, 8],
    ]);
    // What comes behind one that is left out is still too far from what stands before it.
    const far = batchOn(outbox, 4);
    far.add(verdict(80_000));
    await far.send();
    const third = batchOn(outbox, 4);
    for (const slot of [9, 80_000, 80_001]) third.add(verdict(slot));
    await third.flush();
    expect((await frames(outbox)).slice(2)).toEqual([[80_000], [9], [80_001]]);
  });
});
