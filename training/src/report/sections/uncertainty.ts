import { legend } from '../charts/legend.js';
import { percentTick } from '../charts/line-chart.js';
import { standingDot } from '../charts/marks.js';
import { mirrorHistogram } from '../charts/mirror-histogram.js';
import { frame, plot } from '../charts/plot.js';
import { linearScale } from '../charts/scale.js';
import type { Point } from '../charts/series.js';
import { dataTable, figure } from '../data-table.js';
import { type Judged, judgedBy } from '../judged.js';
import { html, type Markup } from '../markup.js';
import { exitsOf, over, type Subject } from '../subject.js';
import { percent } from '../words.js';

const BINS = 10;

/** Whether an exit knows when it is wrong. */
export function uncertaintySection(subject: Subject): Markup {
  const exits = exitsOf(subject).filter(({ exit }) => exit !== 'overall');
  const groups = exits.map(({ exit, series }) => ({ exit, series, judged: judgedBy(subject, exit) }));
  const threshold = (exit: string) =>
    exit === 'cloud' ? undefined : over(subject, ({ bundle }) => bundle.exits[exit as 'local' | 'edge']?.threshold);
  const histograms = groups.map(({ exit, series, judged }) => {
    const chosen = threshold(exit);
    const uncertainties = (right: boolean) =>
      judged.filter(({ truth, said }) => (truth === said) === right).map(({ uncertainty }) => uncertainty);
    const chart = mirrorHistogram({
      title: `Uncertainty of right and wrong answers, ${series.name}`,
      xLabel: 'uncertainty',
      right: uncertainties(true),
      wrong: uncertainties(false),
      rules: chosen ? [{ x: chosen.mean, label: `T ${chosen.mean.toFixed(2)}` }] : [],
    });
    return figure(`Uncertainty, ${series.name}`, chart);
  });
  return html`<section id="uncertainty"><h2>Does an exit know when it is wrong?</h2>
<p>An exit answers where its uncertainty is low, so wrong answers should stand to the right. ${
    subject.measured.length > 1 && 'All bundles together. '
  }Reliability is the share that is right among answers of about one uncertainty, with its 95 % interval (Wilson); it should fall from left to right.</p>
<div class="figures">${histograms}${figure('Reliability', reliability(groups))}</div>
${dataTable(
  'Reliability: share right among answers of about one uncertainty (answers)',
  ['uncertainty', ...groups.map(({ series }) => series.name)],
  Array.from({ length: BINS }, (_, bin) => [
    `${(bin / BINS).toFixed(1)} to ${((bin + 1) / BINS).toFixed(1)}`,
    ...groups.map(({ judged }) => {
      const { right, count } = inBin(judged, bin);
      return count === 0 ? '–' : `${percent(right / count)} (${count})`;
    }),
  ]),
)}</section>`;
}

type Group = Pick<ReturnType<typeof exitsOf>[number], 'series'> & { readonly judged: readonly Judged[] };

function reliability(groups: readonly Group[]): Markup {
  const x = linearScale([0, 1], [frame.left, frame.right]);
  const y = linearScale([0, 1], [frame.bottom, frame.top]);
  const marks = groups.flatMap(({ series, judged }, i) =>
    Array.from({ length: BINS }, (_, bin) => {
      const { right, count } = inBin(judged, bin);
      if (count === 0) return html``;
      // Beside each other, so that no exit hides another.
      const middle = (bin + 0.5 + (i - (groups.length - 1) / 2) * 0.25) / BINS;
      const point: Point = { x: middle, y: wilson(right, count), title: `${series.name}: ${right} of ${count} right` };
      return standingDot(series, point, x.at, y.at);
    }),
  );
  const axes = { title: 'Share right over uncertainty', x, y, xLabel: 'uncertainty', yLabel: '% right' };
  const key = legend(
    groups.map(({ series }) => series),
    'dots',
  );
  return html`${key}${plot({ ...axes, xTick: String, yTick: percentTick }, marks)}`;
}

function inBin(judged: readonly Judged[], bin: number): { right: number; count: number } {
  const inside = judged.filter(({ uncertainty }) => Math.min(BINS - 1, Math.floor(uncertainty * BINS)) === bin);
  return { right: inside.filter(({ truth, said }) => truth === said).length, count: inside.length };
}

/** A share with the 95 % interval of E. B. Wilson, "Probable inference", JASA 1927. */
function wilson(right: number, count: number) {
  const z = 1.96;
  const share = right / count;
  const middle = (share + z ** 2 / (2 * count)) / (1 + z ** 2 / count);
  const half = (z / (1 + z ** 2 / count)) * Math.sqrt((share * (1 - share)) / count + z ** 2 / (4 * count ** 2));
  return { mean: share, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
