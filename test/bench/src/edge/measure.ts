import { median } from '../median.js';
import { VIEWS } from './scenes.js';
import type { Run, Stage } from './stage.js';

/** How long to measure. */
export interface Effort {
  /** Of one slice. */
  readonly seconds: number;
  /** Slices of each contender. */
  readonly rounds: number;
}

/** Medians of one contender's slices. */
export interface Rate {
  readonly samplesPerSecond: number;
  readonly samplesPerCpuSecond: number;
}

export type Slice = { readonly name: string; readonly stage: Stage; readonly qos: 0 | 1; readonly viewer?: boolean };

/**
 * Gives every slice its turn, round after round, so that whatever else the machine does hits all alike; the first round
 * warms up. Throws where a run lost a sample, a PUBACK or a viewer's frame.
 */
export async function takeTurns(
  slices: readonly Slice[],
  { seconds, rounds }: Effort,
  onSlice: (name: string) => void,
): Promise<Map<Slice, Rate>> {
  const runs = new Map<Slice, Run[]>(slices.map((slice) => [slice, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const slice of slices) {
      onSlice(slice.name);
      if (slice.viewer) await slice.stage.viewer(true);
      const run = await slice.stage.run({ qos: slice.qos, ms: seconds * 1000 });
      if (slice.viewer) await slice.stage.viewer(false);
      check(slice, run);
      if (round > 0) runs.get(slice)!.push(run);
    }
  }
  for (const stage of new Set(slices.map(({ stage }) => stage))) await stage.verify();
  return new Map([...runs].map(([slice, each]) => [slice, rateOf(each)]));
}

function check({ name, qos, viewer }: Slice, { samples, acknowledged, viewed }: Run): void {
  const frames = samples * VIEWS;
  if (qos === 1 && acknowledged !== frames) throw new Error(`${name}: ${acknowledged} PUBACKs for ${frames} frames`);
  if (viewer && viewed !== frames) throw new Error(`${name}: the viewer received ${viewed} of ${frames} frames`);
}

function rateOf(runs: readonly Run[]): Rate {
  return {
    samplesPerSecond: median(runs.map(({ samples, seconds }) => samples / seconds)),
    samplesPerCpuSecond: median(runs.map(({ samples, cpuSeconds }) => samples / cpuSeconds)),
  };
}

/** Every contender's stage; those that were opened are closed, whatever happens. */
export async function withStages<Result>(
  open: readonly (() => Promise<Stage | undefined>)[],
  use: (stages: (Stage | undefined)[]) => Promise<Result>,
): Promise<Result> {
  const stages: (Stage | undefined)[] = [];
  try {
    for (const each of open) stages.push(await each());
    return await use(stages);
  } finally {
    for (const stage of stages) await stage?.close();
  }
}
