import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { newFolder, openOutbox, unanswered } from '../../test/tiny-site.js';

const disk = path.join(newFolder(), 'disk');

/** A disk of two megabytes: it takes root and Linux. */
function mountSmallDisk(): boolean {
  mkdirSync(disk, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
const mounted = mountSmallDisk();
afterAll(() => mounted && execFileSync('umount', ['-l', disk]));

function fill(): () => void {
  const file = path.join(disk, 'fill');
  try {
    writeFileSync(file, new Uint8Array(4_000_000));
  } catch {
    // As full as it gets.
  }
  return () => rmSync(file);
}

describe.skipIf(!mounted)('an outbox on a full disk (needs root, to mount a small one)', () => {
  const frame = (slot: number) => new Uint8Array(500).fill(slot);

  it('refuses at once, and loses nothing that it takes before, and after there is room again', async () => {
    const folder = path.join(disk, 'outbox');
    const { outbox } = await openOutbox({ folder });
    const taken: number[] = [];
    for (let slot = 0; slot < 50; slot++) {
      await outbox.put(unanswered(slot), frame(slot));
      taken.push(slot);
    }
    const makeRoom = fill();
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
});
