import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { pathRig } from '../../test/path-rig.js';
import { mountSmallDisk } from '../../test/small-disk.js';
import { openOutbox, unanswered, until } from '../../test/tiny-site.js';

const disk = mountSmallDisk();
afterAll(() => disk?.unmount());

describe.skipIf(!disk)('an outbox on a full disk (needs root, to mount a small one)', () => {
  const frame = (slot: number) => new Uint8Array(500).fill(slot);

  it('refuses at once, and loses nothing that it takes before, and after there is room again', async () => {
    const folder = path.join(disk!.folder, 'outbox');
    const { outbox } = await openOutbox({ folder });
    const taken: number[] = [];
    for (let slot = 0; slot < 50; slot++) {
      await outbox.put(unanswered(slot), frame(slot));
      taken.push(slot);
    }
    const makeRoom = disk!.fill();
    let refused = 0;
    for (let slot = 50; slot < 80; slot++) {
      await outbox.put(unanswered(slot), new Uint8Array(5000)).then(
        () => taken.push(slot),
        (error) => {
          refused++;
          expect(error).toMatchObject({ code: 'DDNN_OUTBOX_DISK', message: expect.stringContaining('No space left') });
        },
      );
    }
    expect(refused).toBeGreaterThan(20);
    expect(outbox.failure?.code).toBe('DDNN_OUTBOX_DISK');
    expect(await outbox.recover()).toBe(false);
    expect(await outbox.read([...outbox.entries()][0])).toBeUndefined();
    makeRoom();
    expect(await outbox.recover()).toBe(true);
    expect(outbox.failure).toBeUndefined();
    for (let slot = 80; slot < 120; slot++) {
      await outbox.put(unanswered(slot), frame(slot));
      taken.push(slot);
    }
    await outbox.stop();
    const { outbox: again, state } = await openOutbox({ folder });
    expect([...again.entries()].map(({ slot }) => slot).sort((a, b) => a - b)).toEqual(taken);
    expect(state.lost).toBe(0);
    for (const entry of again.entries()) expect((await again.read(entry))!.length).toBeGreaterThan(0);
    await again.stop();
  });

  it('costs a sample its features only: it is answered at once, nobody is asked, and later ones go up again', async () => {
    const rig = await pathRig({ folder: path.join(disk!.folder, 'path') });
    for (const view of [0, 1, 2]) rig.summary(1, view);
    expect(await rig.features(1, 0)).toBe('taken');
    const makeRoom = disk!.fill();
    // Small writes may still find room in the log's last page.
    const big = new Uint8Array(100_000);
    await expect(rig.outbox.putPart(99, 0, big)).rejects.toMatchObject({ code: 'DDNN_OUTBOX_DISK' });
    expect(await rig.features(1, 1)).toBe('unwritten');
    expect(await rig.features(1, 2)).toBe('unwritten');
    await until(() => rig.verdicts.length === 1);
    const asked = rig.requests.length;
    for (const view of [0, 1, 2]) rig.summary(2, view);
    expect(rig.verdicts.map(({ slot, exit, reason }) => [slot, exit, reason])).toEqual([
      [1, 'fallback', 'dropped'],
      [2, 'fallback', 'dropped'],
    ]);
    expect(rig.requests).toHaveLength(asked);
    makeRoom();
    expect(await rig.outbox.recover()).toBe(true);
    for (const view of [0, 1, 2]) rig.summary(3, view);
    for (const view of [0, 1, 2]) expect(await rig.features(3, view)).toBe('taken');
    await until(() => rig.outbox.has('features', 3));
    expect(rig.verdicts).toHaveLength(2);
  });
});
