import { overAll } from '../../sweeps/cameras.js';
import { paper } from '../../sweeps/paper.js';
import { dotPlot } from '../charts/dot-plot.js';
import { type Line, lineChart } from '../charts/line-chart.js';
import { frame } from '../charts/plot.js';
import { linearScale } from '../charts/scale.js';
import type { Series } from '../charts/series.js';
import { dataTable, figure } from '../data-table.js';
import { html, type Markup } from '../markup.js';
import { exactly } from '../spread.js';
import { exitsOf, networkOf, over, type Subject } from '../subject.js';
import { percent, percents, plainPercents } from '../words.js';

const published: Series = { name: 'the site, paper', colour: 'paper', marker: 'diamond', published: true };
const retrained: Series = {
  name: 'the site, trained for these',
  colour: 'formula',
  marker: 'triangle',
  published: true,
};
const own: Series = { name: 'its own exit', colour: 'local', marker: 'circle' };

/** One camera to all of them, and each one alone. */
export function camerasSection(subject: Subject): Markup {
  const { measured, trained } = subject;
  const { views, local } = networkOf(subject);
  const exits = exitsOf(subject);
  const counts = Array.from({ length: views }, (_, i) => i);
  const ofAll = (i: number, exit: 'local' | 'edge' | 'overall' | 'cloud') =>
    over(subject, ({ cameras }) => overAll(cameras[i][exit] ?? 0, cameras[i]))!;
  const order = measured[0].cameras.at(-1)!.views.join(', ');
  const again = counts.map((i) => {
    const lost = measured[0].cameras[i].lost.join();
    return trained?.cameras.find((row) => row.lost.join() === lost);
  });
  const againAccuracy = again.map((row) => row && exactly(overAll(row.overall, row)));
  const lines: Line[] = [
    ...exits.map(({ exit, series }) => ({
      series,
      points: counts.map((i) => ({
        x: i + 1,
        y: ofAll(i, exit),
        title: `${i + 1} cameras, ${series.name}: ${plainPercents(ofAll(i, exit))}`,
      })),
    })),
    {
      series: published,
      points: paper.cameras.slice(0, views).map(({ overall }, i) => ({
        x: i + 1,
        y: exactly(overall)!,
        title: `paper, ${i + 1} cameras: ${percent(overall, 0)}`,
      })),
    },
    {
      series: retrained,
      points: againAccuracy.flatMap((y, i) =>
        y ? [{ x: i + 1, y, title: `trained for ${i + 1} cameras: ${plainPercents(y)}` }] : [],
      ),
    },
  ];
  const single = Array.from({ length: views }, (_, view) => ({
    name: `camera ${view}`,
    dots: [
      ...(local ? [{ series: own, value: over(subject, (one) => one.single[view].device) }] : []),
      ...exits
        .filter(({ exit }) => exit === 'overall' || exit === 'cloud')
        .map(({ exit, series }) => ({ series, value: over(subject, (one) => one.single[view][exit]) })),
    ],
  }));
  const head = ['cameras', 'added, alone', ...exits.map(({ series }) => series.name), 'seen by none'];
  return html`<section id="cameras"><h2>More cameras, fewer cameras</h2>
<p>From one camera to all, the one that is worst alone first (${measured.length > 1 && 'in the first bundle '}${order}), at run time with the same weights. Here a sample that no camera left sees counts as wrong, as in the
paper, whose network was trained for each number of cameras (${paper.citation}).</p>
<div class="figures">
${figure('One camera to all', lineChart(lines, { title: 'Accuracy over the number of cameras', x: linearScale([1, Math.max(2, views)], [frame.left + 8, frame.right - 8], Math.max(1, views - 1)), xLabel: 'cameras', yLabel: 'accuracy over all samples, %', xTick: String }))}
${figure('Each camera alone', dotPlot(single, 'Accuracy of each camera alone', 'accuracy over the samples that it sees, %'))}
</div>
${dataTable(
  `One camera to all, over all samples; paper: ${paper.citation}`,
  [...head, ...(trained ? ['the site, retrained'] : []), 'paper: alone', 'local', 'site', 'cloud'],
  counts.map((i) => [
    String(i + 1),
    percents(
      over(subject, ({ cameras }) => overAll(cameras[i].added.device ?? cameras[i].added.cloud, cameras[i].added)),
    ),
    ...exits.map(({ exit }) => percents(ofAll(i, exit))),
    percents(over(subject, ({ cameras }) => cameras[i].unseen)),
    ...(trained ? [percents(againAccuracy[i])] : []),
    ...(['device', 'local', 'overall', 'cloud'] as const).map((key) => percents(exactly(paper.cameras[i]?.[key]), 0)),
  ]),
)}
${dataTable(
  'Each camera alone, over the samples that it sees',
  ['camera', 'sees', ...(local ? ['its own exit'] : []), ...exits.map(({ series }) => series.name)],
  Array.from({ length: views }, (_, view) => [
    `camera ${view}`,
    percents(over(subject, ({ single: all }) => 1 - all[view].unseen)),
    ...(local ? [percents(over(subject, ({ single: all }) => all[view].device))] : []),
    ...exits.map(({ exit }) => percents(over(subject, ({ single: all }) => all[view][exit]))),
  ]),
)}</section>`;
}
