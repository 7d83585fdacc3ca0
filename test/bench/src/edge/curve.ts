import { type Effort, takeTurns, withStages } from './measure.js';
import { VIEWS } from './scenes.js';
import { Stage } from './stage.js';

/** One point: the same devices at bare Aedes and at our listener with an intake and a sample path a scene. */
export interface CurvePoint {
  readonly devices: number;
  readonly samplesPerSecond: number;
  readonly bareSamplesPerSecond: number;
  readonly ofBareAedes: number;
  /** The same of samples per CPU second: what other work on the machine disturbs less. */
  readonly ofBareAedesPerCpu: number;
}

const SCENES = [1, 10, 100, 1000];
/** Samples of one scene under way, and in one write of a device: the same at every point. */
const UNDER_WAY = 512;
const BLOCK = 256;
/**
 * Of both: where 6,000 clients live, V8 would otherwise go through all of them for every few megabytes that were read.
 */
const FLAGS = ['--initial-heap-size=512'];

/** How the share of bare Aedes' rate goes with the number of devices; all of them publish. */
export async function measureCurve(effort: Effort, onSlice: (name: string) => void): Promise<CurvePoint[]> {
  const points: CurvePoint[] = [];
  for (const scenes of SCENES) {
    const open = (name: 'bare' | 'scenes') => () =>
      Stage.open({ name, scenes, underWay: UNDER_WAY, block: BLOCK, flags: FLAGS });
    points.push(
      await withStages([open('bare'), open('scenes')], async ([bareStage, stage]) => {
        const bare = { name: `bare Aedes, ${scenes * VIEWS} devices`, stage: bareStage!, qos: 0 as const };
        const ours = { name: `edge, ${scenes * VIEWS} devices`, stage: stage!, qos: 0 as const };
        const rates = await takeTurns([bare, ours], effort, onSlice);
        const [theirs, own] = [rates.get(bare)!, rates.get(ours)!];
        return {
          devices: scenes * VIEWS,
          samplesPerSecond: own.samplesPerSecond,
          bareSamplesPerSecond: theirs.samplesPerSecond,
          ofBareAedes: own.samplesPerSecond / theirs.samplesPerSecond,
          ofBareAedesPerCpu: own.samplesPerCpuSecond / theirs.samplesPerCpuSecond,
        };
      }),
    );
  }
  return points;
}
