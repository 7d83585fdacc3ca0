import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMetrics } from '@ddnn/process';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ShiftedClocks } from '../../test/shifted-clocks.js';
import { logger, newFolder, until } from '../../test/tiny-site.js';
import { createEdgeMetrics } from '../metrics.js';
import { ClockFile } from './clock-file.js';
import { ClockKeeper } from './clock-keeper.js';

beforeEach(() => vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => vi.useRealTimers());

const HOUR = 3_600_000;

async function keeper({ folder = newFolder(), clocks = new ShiftedClocks() } = {}) {
  const registry = createMetrics('edge');
  const lines: string[] = [];
  const jumps: number[] = [];
  const warn = (details: unknown, text: string) => void lines.push(`${text} ${JSON.stringify(details)}`);
  const kept = new ClockKeeper(
    { stepMs: 500, confirmMs: 60_000 },
    {
      folder,
      metrics: createEdgeMetrics(registry),
      logger: Object.assign(Object.create(logger), { warn }),
      onJump: async () => void jumps.push(kept.at()),
      sources: clocks,
    },
  );
  await kept.start();
  await kept.reserve();
  const stop = () => kept.stop();
  const live = (seconds: number) => {
    for (let n = 0; n < seconds; n++) {
      clocks.pass(1000);
      vi.advanceTimersByTime(1000);
    }
  };
  return { kept, clocks, lines, jumps, live, stop, folder, metrics: () => registry.text() };
}

it('logs, counts and shows a step of the wall clock, for as long as it matters', async () => {
  const { kept, clocks, lines, live, metrics } = await keeper();
  live(1);
  expect([lines, kept.note()]).toEqual([[], undefined]);
  clocks.set(-5000);
  live(2);
  expect(lines).toEqual([
    'the wall clock was set 5.0 s back; site time goes on {"code":"DDNN_EDGE_CLOCK","steppedMs":-5000,"offsetMs":5000}',
  ]);
  expect(kept.note()).toBe('site time is 5.0 s ahead of the wall clock; the wall clock was set 5.0 s back, 1.0 s ago');
  expect(await metrics()).toMatch(/clock_steps_total\{[^}]*direction="backwards"[^}]*\} 1/);
  expect(await metrics()).toMatch(/clock_offset_ms\{[^}]*\} 4999\.5/);
  clocks.set(5000);
  live(3700);
  expect(kept.note()).toBeUndefined();
});

it('says that site time jumps once the new one is on disk', async () => {
  const { kept, clocks, lines, jumps, live, folder } = await keeper();
  clocks.set(48 * HOUR);
  live(61);
  expect(jumps).toEqual([]);
  const write = vi.spyOn(ClockFile.prototype, 'write');
  await until(() => {
    live(1);
    return jumps.length > 0;
  });
  write.mockRestore();
  expect(kept.at()).toBe(clocks.wall());
  expect(lines.at(-1)).toContain('site time follows the wall clock 172800.0 s forward');
  const { reserved } = (await new ClockFile(folder).read())!;
  expect(reserved).toBeGreaterThan(jumps[0]);
});

it('uses no slot of a process that was killed, whatever the clocks say and whether the machine started anew', async () => {
  for (const boot of ['this', 'another']) {
    const first = await keeper();
    first.live(9);
    await until(async () => (await new ClockFile(first.folder).read()) !== undefined);
    const used = first.kept.at();
    if (boot === 'another') {
      const file = new ClockFile(first.folder);
      await file.write({ ...(await file.read())!, boot });
    }
    const clocks = new ShiftedClocks();
    clocks.pass(20_000);
    clocks.set(-HOUR);
    // Not stopped: what stands on disk is what a killed process leaves.
    const second = await keeper({ folder: first.folder, clocks });
    expect(second.kept.at()).toBeGreaterThan(used);
    expect(second.kept.at() - used).toBeLessThan(16_000);
    expect(second.lines[0]).toMatch(/site time goes on 3\d\d\d\.\d s ahead of the wall clock: no slot twice/);
    expect(second.kept.note()).toContain('ahead of the wall clock');
  }
});

it('ages nothing across restarts but by the time that its machine ran', async () => {
  const first = await keeper();
  first.live(9);
  const before = first.kept.passed();
  await first.stop();
  const clocks = new ShiftedClocks();
  clocks.pass(12_000);
  clocks.set(48 * HOUR);
  const second = await keeper({ folder: first.folder, clocks });
  expect(second.kept.passed() - before).toBeLessThan(4_000);
  expect(second.kept.passed()).toBeGreaterThanOrEqual(before);
});

it('starts at the wall clock where its file is damaged, and says so; goes on where it cannot be written, and says so once', async () => {
  const folder = newFolder();
  mkdirSync(folder);
  writeFileSync(join(folder, 'site-time.json'), '{');
  const damaged = await keeper({ folder });
  expect(damaged.lines[0]).toContain('the stored site time cannot be read: it starts at the wall clock');
  expect(damaged.kept.at()).toBe(damaged.clocks.wall());
  const file = join(newFolder(), '..', `no-folder-${process.hrtime.bigint()}`);
  writeFileSync(file, '');
  const unwritable = await keeper({ folder: file });
  await unwritable.stop();
  expect(unwritable.lines.filter((line) => line.includes('site time could not be written'))).toHaveLength(1);
});
