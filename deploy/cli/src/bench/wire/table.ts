import pc from 'picocolors';
import { createTable } from '../../terminal/table.js';
import { percent } from '../../terminal/words.js';
import { mark } from './plot.js';
import type { WireSummary } from './summary.js';

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
  const notes = [
    'mean ± standard deviation over the seeds; p50 their mean, p99 the largest, from the last view captured to the verdict. best: every sample answered in the cloud',
    ...Object.entries(sets)
      .filter(([, { latencyMs }]) => !latencyMs)
      .map(
        ([name]) =>
          `${name}: as fast as the samples in flight allow, so no latency; frames are filled by count, so bytes do not hang on the pace`,
      ),
  ];
  return `${table}\n${pc.dim(notes.join('\n'))}`;
}

/** A line a point, with its mark in the plot. */
export function pointTable({ points, bestAccuracy }: WireSummary): string {
  const table = createTable(['', 'point', 'B a view', 'accuracy', 'to best', 'measured', '']);
  for (const [i, { name, bytesPerView, accuracy, measured, note }] of points.entries()) {
    const points = measured === 'published' ? '' : `${((accuracy - bestAccuracy) * 100).toFixed(2)}`;
    table.push([mark(i), name, bytes(bytesPerView), share(accuracy), points, measured, pc.dim(note)]);
  }
  return table.toString();
}

function latency(of: { readonly p50: number; readonly p99: number } | undefined): string {
  return of ? `${of.p50.toFixed(0)} / ${of.p99.toFixed(0)}` : '–';
}

const share = (value: number) => percent(value, 2);
const bytes = (value: number) => value.toFixed(value < 100 ? 2 : 0);

function plusMinus(mean: number, sd: number, write: (value: number) => string): string {
  return `${write(mean).replace(/ %$/, '')} ± ${write(sd)}`;
}
