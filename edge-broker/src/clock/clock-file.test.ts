import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newFolder } from '../../test/tiny-site.js';
import { ClockFile, resumeTime, type StoredTime } from './clock-file.js';

const stored: StoredTime = { boot: 'a', monotonic: 1000, site: 500_000, passed: 7000, reserved: 515_000 };

describe('the file of site time', () => {
  it('gives what was written last, and nothing where nothing was', async () => {
    const folder = newFolder();
    const file = new ClockFile(folder);
    expect(await file.read()).toBeUndefined();
    await file.write({ ...stored, site: 1 });
    await file.write(stored);
    expect(await new ClockFile(folder).read()).toEqual(stored);
    expect(readdirSync(folder)).toEqual(['site-time.json']);
  });

  it.each(['', '{', '[]', '{"site":1}', '{"site":"1","passed":1,"monotonic":1,"reserved":1}', 'null'])(
    'refuses what it did not write: %s',
    async (text) => {
      const folder = newFolder();
      mkdirSync(folder);
      writeFileSync(join(folder, 'site-time.json'), text);
      await expect(new ClockFile(folder).read()).rejects.toThrow();
    },
  );
});

describe('site time after a restart', () => {
  it.each([
    ['right', 502_000],
    ['set back', 100_000],
    ['set forward', 9_000_000],
  ])('goes on with the machine’s own time in the same run of it, the wall clock being %s', (_, wall) => {
    expect(resumeTime(stored, 'a', 3000, wall)).toEqual({ site: 502_000, passed: 9000 });
  });

  it('falls back to the wall clock as far as no slot was used', () => {
    // An hour ahead of the wall clock, and stopped for 40 s, two hours.
    expect(resumeTime(stored, 'a', 41_000, 540_000 - 3_600_000)).toEqual({ site: 515_000, passed: 47_000 });
    expect(resumeTime(stored, 'a', 7_201_000, 4_100_000)).toEqual({ site: 4_100_000, passed: 7_207_000 });
  });

  it.each([
    ['b', 3000],
    ['a', 10],
    [null, 3000],
  ])('is the wall clock after another start of the machine (%s, %i ms), but never what was reserved', (boot, at) => {
    expect(resumeTime(stored, boot, at, 600_000)).toEqual({ site: 600_000, passed: 7000 });
    expect(resumeTime(stored, boot, at, 100_000)).toEqual({ site: 515_000, passed: 7000 });
  });
});
