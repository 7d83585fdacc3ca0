import { describe, expect, it } from 'vitest';
import { ddnn, ddnnJson } from '../ddnn.js';

interface Rate {
  readonly samplesPerSecond: number;
  readonly samplesPerCpuSecond: number;
}
interface Qos extends Rate {
  readonly ofBareAedes: number;
  readonly bareAedes: Rate;
  readonly withViewer: Rate & { readonly ofBareAedes: number };
}
interface Figures {
  readonly qos0: Qos;
  readonly qos1: Qos;
  readonly vsMosquitto: number | null;
  readonly mosquitto: Rate | { readonly skipped: string };
  readonly p99Ms: number;
  readonly fast: Rate & { readonly p99Ms: number };
  readonly memory: readonly { readonly samples: number; readonly heapBytes: number }[];
}

describe('bench edge', () => {
  it('answers, verifies and reports every row, however short it runs', async () => {
    const flags = ['--seconds', '0.1', '--rounds', '1', '--no-curve', '--samples', '20000'];
    // A lost, double or wrong sample, a missing PUBACK and a frame that the viewer lacks each end it with 1.
    const figures = await ddnnJson<Figures>(['bench', 'edge', ...flags]);
    for (const { samplesPerSecond, ofBareAedes, bareAedes, withViewer } of [figures.qos0, figures.qos1]) {
      expect(ofBareAedes).toBeCloseTo(samplesPerSecond / bareAedes.samplesPerSecond, 9);
      expect(withViewer.samplesPerSecond).toBeGreaterThan(0);
    }
    if ('skipped' in figures.mosquitto) expect(figures.vsMosquitto).toBeNull();
    else
      expect(figures.vsMosquitto).toBeCloseTo(
        figures.qos0.samplesPerCpuSecond / figures.mosquitto.samplesPerCpuSecond,
        9,
      );
    expect(figures.p99Ms).toBeGreaterThan(0);
    expect(figures.fast.p99Ms).toBeGreaterThan(0);
    expect(figures.memory.at(-1)?.samples).toBe(20_000);
  });

  it.each([
    ['--seconds', '0'],
    ['--rounds', '0'],
  ])('refuses %s %s', async (...flags) => {
    expect((await ddnn(['bench', 'edge', ...flags])).code).toBe(2);
  });
});
