import { median } from '../median.js';
import type { LoadResult } from './load-task.js';

/** What was measured of one section. */
export interface Slices {
  readonly naive: readonly LoadResult[];
  /** One sample a frame. */
  readonly own: readonly LoadResult[];
  /** Several samples a frame. */
  readonly several: readonly LoadResult[];
  /** Half of the top load of `own`, and of `several`. */
  readonly paced: LoadResult;
  readonly pacedSeveral: LoadResult;
}

/** One way of sending to the cloud. */
export interface CloudLoad {
  readonly samplesPerSecond: number;
  /** Times the naive way. */
  readonly ratio: number;
  /** At half of the top load: from the frame written to the verdict received. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** The figures of one section. */
export interface Section extends CloudLoad {
  readonly section: string;
  readonly several: CloudLoad;
  readonly naiveSamplesPerSecond: number;
  /** Share of the answers whose class is the reference section's. */
  readonly agreement: number;
  readonly naiveAgreement: number;
}

/** The figures of a section from its slices. */
export function sectionOf(section: string, { naive, own, several, paced, pacedSeveral }: Slices): Section {
  const naiveSamplesPerSecond = rate(naive);
  const figures = (slices: readonly LoadResult[], { p50Ms, p99Ms }: LoadResult): CloudLoad => {
    const samplesPerSecond = rate(slices);
    return { samplesPerSecond, ratio: samplesPerSecond / naiveSamplesPerSecond, p50Ms, p99Ms };
  };
  return {
    section,
    ...figures(own, paced),
    several: figures(several, pacedSeveral),
    naiveSamplesPerSecond,
    agreement: agreement([...own, ...several, paced, pacedSeveral]),
    naiveAgreement: agreement(naive),
  };
}

/**
 * What `--json` prints: the first section, which is the paper's network, one sample a frame; beside it the lowest
 * ratio, and all sections.
 */
export function summaryOf(sections: readonly Section[]) {
  const [{ ratio, samplesPerSecond, p99Ms }] = sections;
  const least = sections.reduce((a, b) => (b.ratio < a.ratio ? b : a));
  return { ratio, samplesPerSecond, p99Ms, lowest: { section: least.section, ratio: least.ratio }, sections };
}

function rate(slices: readonly LoadResult[]): number {
  return median(slices.map(({ samples, seconds }) => samples / seconds));
}

function agreement(slices: readonly LoadResult[]): number {
  const sum = (of: (result: LoadResult) => number) => slices.reduce((total, result) => total + of(result), 0);
  return sum(({ same }) => same) / sum(({ samples }) => samples);
}
