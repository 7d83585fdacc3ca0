import { ProgressLine, printJson } from 'ddnn/terminal';
import { median } from '../median.js';
import { measureCurve } from './curve.js';
import { type Rate, type Slice, takeTurns, withStages } from './measure.js';
import { INSTALL_MOSQUITTO } from './mosquitto.js';
import { type EdgeFigures, type QosFigures, report } from './report.js';
import { soak } from './soak.js';
import { type Latency, Stage } from './stage.js';

interface BenchEdgeFlags {
  readonly seconds: number;
  readonly rounds: number;
  readonly curve: boolean;
  readonly samples?: number;
  readonly json?: boolean;
}

/**
 * `ddnn bench edge`: what one edge process decides, beside bare Aedes and beside Mosquitto with a subscriber, in turns.
 */
export async function benchEdge(flags: BenchEdgeFlags): Promise<void> {
  const { seconds, rounds } = flags;
  const line = new ProgressLine();
  try {
    const total = (rounds + 1) * (8 + (flags.curve ? 8 : 0)) + 2 * rounds;
    let turns = 0;
    const onSlice = (name: string) => line.update(turns++ / total, name);
    const figures = await measure(flags, onSlice);
    const curve = flags.curve ? await measureCurve({ seconds, rounds }, onSlice) : undefined;
    const memory = flags.samples && (await soak(flags.samples, (share) => line.update(share, 'soak')));
    line.end();
    const all = { ...figures, ...(curve && { curve }), ...(memory ? { memory } : {}) };
    if (flags.json) printJson(all);
    else report(all);
  } finally {
    line.end();
  }
}

function measure({ seconds, rounds }: BenchEdgeFlags, onSlice: (name: string) => void): Promise<EdgeFigures> {
  const open = (['bare', 'edge', 'fast', 'subscriber'] as const).map((name) => () => Stage.open({ name }));
  return withStages(open, async ([bare, edge, fast, subscriber]) => {
    const slice = (name: string, stage: Stage, qos: 0 | 1, viewer = false): Slice => ({ name, stage, qos, viewer });
    const bare0 = slice('bare Aedes, QoS 0', bare!, 0);
    const edge0 = slice('edge, QoS 0', edge!, 0);
    const fast0 = slice('edge with durability fast, QoS 0', fast!, 0);
    const viewed0 = slice('edge and a viewer, QoS 0', edge!, 0, true);
    const peer0 = subscriber && slice('Mosquitto and a subscriber, QoS 0', subscriber, 0);
    const bare1 = slice('bare Aedes, QoS 1', bare!, 1);
    const edge1 = slice('edge, QoS 1', edge!, 1);
    const viewed1 = slice('edge and a viewer, QoS 1', edge!, 1, true);
    const slices = [bare0, edge0, fast0, viewed0, ...(peer0 ? [peer0] : []), bare1, edge1, viewed1];
    const rates = await takeTurns(slices, { seconds, rounds }, onSlice);
    const qos = (reference: Slice, own: Slice, viewed: Slice): QosFigures => {
      const [theirs, ours, seen] = [reference, own, viewed].map((each) => rates.get(each)!);
      return {
        ...ours,
        ofBareAedes: ours.samplesPerSecond / theirs.samplesPerSecond,
        bareAedes: theirs,
        withViewer: { ...seen, ofBareAedes: seen.samplesPerSecond / theirs.samplesPerSecond },
      };
    };
    const qos0 = qos(bare0, edge0, viewed0);
    const rate = Math.round(qos0.samplesPerSecond / 2);
    const halves: Latency[] = [];
    const fastHalves: Latency[] = [];
    for (let round = 0; round < rounds; round++) {
      for (const [stage, into] of [
        [edge!, halves],
        [fast!, fastHalves],
      ] as const) {
        onSlice('latency at half of that');
        into.push(await stage.latencies(Math.round(rate * seconds), rate));
      }
    }
    for (const stage of [edge!, fast!]) await stage.verify();
    return {
      qos0,
      qos1: qos(bare1, edge1, viewed1),
      ...mosquitto(peer0 && rates.get(peer0), qos0),
      fast: {
        ...rates.get(fast0)!,
        p50Ms: median(fastHalves.map((half) => half.p50Ms)),
        p99Ms: median(fastHalves.map((half) => half.p99Ms)),
      },
      p50Ms: median(halves.map((half) => half.p50Ms)),
      p99Ms: median(halves.map((half) => half.p99Ms)),
      latencyRate: median(halves.map((half) => half.rate)),
      latencies: halves,
    };
  });
}

/** In samples per CPU second: broker and subscriber together against the edge. */
function mosquitto(peer: Rate | undefined, edge: Rate): Pick<EdgeFigures, 'vsMosquitto' | 'mosquitto'> {
  if (!peer) return { vsMosquitto: null, mosquitto: { skipped: `not installed: ${INSTALL_MOSQUITTO}` } };
  return { vsMosquitto: edge.samplesPerCpuSecond / peer.samplesPerCpuSecond, mosquitto: peer };
}
