import { createTable, percent } from 'ddnn/terminal';

import pc from 'picocolors';
import type { WireSummary } from './summary.js';
import { pointMark } from './wire-point.js';

/** A line a set. */
export function setTable(sets: Readonly<Record<string, WireSummary>>): string {
  const head = ['set', 'seeds', 'best', 'accuracy', 'wire B a view', 'p50 / p99 ms', 'unbatched', 'p50 / p99 ms'];
  const table = createTable(head);
  for (const [name, { seeds, bestAccuracy, accuracy, wirePerView, sd, latencyMs, unbatched }] of Object.entries(sets)) {
    table.push([
      name,
      seeds.length,
      plusMinus(bestAccuracy, sd.bestAccuracy, share),
      pc.bold(plusMinus(accuracy, sd.accuracy, share)),
      pc.bold(plusMinus(wirePerView, sd.wirePerView, bytes)),
      latency(latencyMs),
      plusMinus(unbatched.wirePerView, unbatched.sd.wirePerView, bytes),
      latency(unbatched.latencyMs),
    ]);
  }
  const late = Object.entries(sets).map(([name, { seeds }]) => {
    const samples = seeds.reduce((sum, { batched, unbatched }) => sum + batched.fallback + unbatched.fallback, 0);
    return samples > 0
      ? `${name}: ${samples} samples were answered without the cloud, for it did not answer in time`
      : '';
  });
  const notes = [
    'mean ± standard deviation over the seeds; p50 their mean, p99 the largest, from the last view captured to the verdict. best: every sample answered in the cloud',
    ...Object.entries(sets)
      .filter(([, { latencyMs }]) => !latencyMs)
      .map(
        ([name]) =>
          `${name}: as fast as one frame after the other goes, so no latency; frames are filled by count, as at a pace`,
      ),
    ...late.filter((line) => line !== ''),
  ];
  return `${table}\n${pc.dim(notes.join('\n'))}`;
}

/** A line a point, with its sign in the plot, and what there is to say about each. */
export function pointTable({ points, bestAccuracy }: WireSummary): string {
  const table = createTable(['', 'point', 'B a view', 'accuracy', 'points to best', 'measured']);
  for (const [i, { name, bytesPerView, accuracy, measured }] of points.entries()) {
    const behind = measured === 'published' ? '' : signed((accuracy - bestAccuracy) * 100);
    table.push([pointMark(i), name, bytes(bytesPerView), share(accuracy), behind, measured]);
  }
  return `${table}\n${pc.dim(points.map(({ note }, i) => `${pointMark(i)}  ${note}`).join('\n'))}`;
}

function signed(points: number): string {
  return `${points > 0 ? '+' : ''}${points.toFixed(2)}`;
}

function latency(of: { readonly p50: number; readonly p99: number } | undefined): string {
  return of ? `${of.p50.toFixed(0)} / ${of.p99.toFixed(0)}` : '–';
}

const share = (value: number) => percent(value, 2);
const bytes = (value: number) => value.toFixed(value < 100 ? 2 : 0);

function plusMinus(mean: number, sd: number, write: (value: number) => string): string {
  return `${write(mean).replace(/ %$/, '')} ± ${write(sd)}`;
}
