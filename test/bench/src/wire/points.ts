import { type DataSet, imageBytes, paper, pngBytes } from '@ddnn/training';
import { percent } from 'ddnn/terminal';
import { BATCH_SAMPLES, type SeedFigures } from './measure-seed.js';
import type { RoundsRow } from './simulate-rounds.js';
import type { WirePoint } from './wire-point.js';

/** Accuracy that a simulated refining round may lose. */
const LOSS = 0.005;

/**
 * Points of the plane of bytes and accuracy, means over the seeds: others' ways, then ours, then what is only
 * simulated.
 */
export function wirePoints(seeds: readonly SeedFigures[], test: DataSet): WirePoint[] {
  const over = (of: (seed: SeedFigures) => number) => mean(seeds.map(of));
  const bestAccuracy = over((seed) => seed.bestAccuracy);
  const { rawPerView, jpegPerView } = imageBytes(test);
  const picture = (name: string, bytesPerView: number, note: string): WirePoint => ({
    name,
    bytesPerView,
    accuracy: bestAccuracy,
    measured: 'bare',
    note: `${note}; at best, for the cloud would see everything, and without packets, in its favour`,
  });
  const published = paper.thresholds.find(({ threshold }) => threshold === 0.8)!;
  const run = (name: string, which: 'batched' | 'unbatched', note: string): WirePoint => ({
    name,
    bytesPerView: over((seed) => seed[which].wirePerView),
    accuracy: over((seed) => seed[which].accuracy),
    measured: 'run',
    note,
  });
  return [
    picture('raw pixels', rawPerView, 'the present views'),
    picture('PNG', pngBytes(test), 'a hundred present views stand for all'),
    picture('JPEG', jpegPerView, 'own files of just this size, else quality 90'),
    {
      name: 'paper',
      bytesPerView: published.bytes,
      accuracy: published.accuracy,
      measured: 'published',
      note: `${paper.citation}, threshold 0.8, payload alone`,
    },
    {
      name: 'paper’s formula',
      bytesPerView: over(({ steps }) => steps.formula.bytesPerView),
      accuracy: over(({ steps }) => steps.formula.accuracy),
      measured: 'bare',
      note: 'this network, payload alone',
    },
    ...seeds[0].steps.steps.map(
      ({ name, note }, i): WirePoint => ({
        name: i === 0 ? name : `+ ${name}`,
        bytesPerView: over(({ steps }) => steps.steps[i].wirePerView),
        accuracy: over(({ steps }) => steps.steps[i].accuracy),
        measured: 'eval',
        note: `${note}; ${percent(over(({ steps }) => steps.steps[i].localExits))} exit locally`,
      }),
    ),
    run('run', 'batched', `real sockets, ${BATCH_SAMPLES} samples a frame`),
    run('run, unbatched', 'unbatched', 'real sockets, one sample a frame'),
    ...simulated(seeds),
  ];
}

/** Of each number of views the better order, and the second round with the fewest bytes of those that lose little. */
function simulated(seeds: readonly SeedFigures[]): WirePoint[] {
  const rows = seeds[0].rounds.map((how, i) => ({
    ...how,
    accuracy: mean(seeds.map(({ rounds }) => rounds[i].accuracy)),
    wirePerView: mean(seeds.map(({ rounds }) => rounds[i].wirePerView)),
    refined: mean(seeds.map(({ rounds }) => rounds[i].refined)),
  }));
  const point = (name: string, row: RoundsRow, note: string): WirePoint => ({
    name,
    bytesPerView: row.wirePerView,
    accuracy: row.accuracy,
    measured: 'simulated',
    note: `not shipped: the ${row.order} views by their own scores${note}; chosen on these very rows`,
  });
  const floor = mean(seeds.map(({ counted }) => counted.accuracy)) - LOSS - 1e-9;
  const once = [...new Set(rows.map(({ views }) => views))].map((views) => {
    const both = rows.filter((row) => row.views === views && row.refineAbove === undefined);
    const [better] = both.sort((a, b) => b.accuracy - a.accuracy || a.wirePerView - b.wirePerView);
    return point(`${views} views asked`, better, '');
  });
  const [refining] = rows
    .filter((row) => row.refineAbove !== undefined && row.refined > 0 && row.accuracy >= floor)
    .sort((a, b) => a.wirePerView - b.wirePerView);
  if (!refining) return once;
  const { views, refineAbove, refined } = refining;
  const share = `${percent(refined)} of the samples`;
  return [
    ...once,
    point(`${views} views, then all`, refining, `, the rest above an uncertainty of ${refineAbove}: ${share}`),
  ];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
