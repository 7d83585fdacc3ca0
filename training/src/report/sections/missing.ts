import type { LostViews, MissingExit } from '../../evaluate/lost-views.js';
import type { LostCount, MissingTable } from '../../evaluate/missing-views.js';
import { paper } from '../../sweeps/paper.js';
import { dotPlot } from '../charts/dot-plot.js';
import { type Line, lineChart } from '../charts/line-chart.js';
import { frame } from '../charts/plot.js';
import { linearScale } from '../charts/scale.js';
import type { Series } from '../charts/series.js';
import { dataTable, figure } from '../data-table.js';
import { html, type Markup } from '../markup.js';
import { exactly, type Spread, spread } from '../spread.js';
import { exitsOf, networkOf, type Subject } from '../subject.js';
import { percent, percents } from '../words.js';

const retrainedSeries: Series = {
  name: 'the site, trained without it',
  colour: 'paper',
  marker: 'triangle',
  published: true,
};
const counts = ['one', 'two', 'three'] as const;

/** What is left with cameras gone at run time. */
export function missingSection(subject: Subject): Markup {
  const tables = subject.measured.map(({ summary }) => summary.missing!);
  const exits = exitsOf(subject);
  const { views } = networkOf(subject);
  if (!tables[0].one) {
    return html`<section id="missing"><h2>Cameras gone</h2><p>There is one camera: nothing is left without it.</p></section>`;
  }
  const there = counts.filter((count) => tables[0][count]);
  const singles = Array.from({ length: views }, (_, view) => ({
    name: `camera ${view}`,
    of: (exit: MissingExit) => over(tables, ({ one }) => one!.views[view][exit]),
    unseen: over(tables, ({ one }) => one!.views[view].unseen)!,
    retrained: subject.trained?.oneGone.find(({ lost }) => lost[0] === view),
  }));
  const rows = singles.map(({ name, of, retrained }) => ({
    name,
    dots: [
      ...exits.map(({ exit, series }) => ({ series, value: of(exit) })),
      { series: retrainedSeries, value: exactly(retrained?.overall) },
    ],
  }));
  const lines: Line[] = exits.map(({ exit, series }) => ({
    series,
    points: [undefined, ...there].map((count, lost) => {
      const y = count ? acrossWays(tables, count, exit) : over(tables, ({ none }) => none[exit])!;
      const title = `${lost} gone, ${series.name}: mean ${percent(y.mean)}, worst ${percent(y.low)}, best ${percent(y.high)}`;
      // Three bands would hide each other.
      return { x: lost, y: exit === 'overall' ? y : exactly(y.mean)!, title };
    }),
  }));
  const ways = there.map((count) => tables[0][count]!.views.length);
  return html`<section id="missing"><h2>Cameras gone</h2>
<p>Cameras are taken away at run time, same weights and thresholds. Accuracy is over the samples that a remaining camera sees. The paper retrained for each missing camera, and reports
${percent(paper.oneGone.worst, 0)} to ${percent(paper.oneGone.best, 0)} for the site with any one removed (${paper.citation}).</p>
<div class="figures">
${figure('Each camera gone', dotPlot(rows, 'Accuracy with each single camera gone', 'accuracy, %'))}
${figure('One, two and three gone', lineChart(lines, { title: 'Accuracy with cameras gone', x: linearScale([0, there.length], [frame.left + 8, frame.right - 8], there.length), xLabel: 'cameras gone', yLabel: 'accuracy, %', xTick: String }), `Mean over all ways to lose so many (${ways.join(', ')}); the band is the site’s, from the worst to the best.`)}
</div>
${dataTable(
  'Accuracy with cameras gone',
  [
    'cameras gone',
    ...exits.map(({ series }) => series.name),
    'seen by none',
    ...(subject.trained ? ['the site, retrained'] : []),
  ],
  [
    [
      'none',
      ...exits.map(({ exit }) => percents(over(tables, ({ none }) => none[exit]))),
      percents(over(tables, ({ none }) => none.unseen)),
      ...(subject.trained ? [''] : []),
    ],
    ...singles.map(({ name, of, unseen, retrained }) => [
      name,
      ...exits.map(({ exit }) => percents(of(exit))),
      percents(unseen),
      ...(subject.trained ? [percents(exactly(retrained?.overall))] : []),
    ]),
    ...there.flatMap((count) => summed(tables, count, exits).map((row) => [...row, ...(subject.trained ? [''] : [])])),
  ],
)}</section>`;
}

function summed(tables: readonly MissingTable[], count: (typeof counts)[number], exits: ReturnType<typeof exitsOf>) {
  const of = (which: 'mean' | 'worst') =>
    exits.map(({ exit }) => percents(over(tables, (table) => table[count]![which][exit])));
  return [
    [`${count} gone, mean`, ...of('mean'), percents(over(tables, ({ unseen }) => unseen[count]))],
    [`${count} gone, worst`, ...of('worst'), ''],
  ];
}

/** Mean over the bundles of the mean, and the worst and the best of all. */
function acrossWays(tables: readonly MissingTable[], count: (typeof counts)[number], exit: MissingExit): Spread {
  const ways = tables.map((table) => table[count] as LostCount);
  const all = spread(ways.flatMap(({ views }) => views.map((view: LostViews) => view[exit])))!;
  return { ...all, mean: spread(ways.map(({ mean }) => mean[exit]))!.mean };
}

function over(
  tables: readonly MissingTable[],
  figure: (table: MissingTable) => number | undefined,
): Spread | undefined {
  return spread(tables.map(figure));
}
