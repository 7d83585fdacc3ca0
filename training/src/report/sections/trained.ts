import { paper } from '../../sweeps/paper.js';
import type { TrainedRow } from '../../sweeps/trained.js';
import { dotPlot } from '../charts/dot-plot.js';
import { exitSeries, type Series } from '../charts/series.js';
import { dataTable, figure } from '../data-table.js';
import { type Content, html, type Markup } from '../markup.js';
import { exactly } from '../spread.js';
import type { Subject } from '../subject.js';
import { clock, number, percents } from '../words.js';

const paperLocal: Series = { name: 'local exit, paper', colour: 'paper', marker: 'circle', published: true };
const paperCloud: Series = { name: 'cloud exit, paper', colour: 'paper', marker: 'square', published: true };

/** The sweeps for which networks are trained. */
export function trainedSection({ trained, command }: Subject): Markup {
  const open = html`<section id="trained"><h2>Aggregators and filters</h2>`;
  if (!trained) {
    return html`${open}<p>These compare networks that must be trained for it: nine pairs of aggregators, five numbers of filters, and the network again for fewer cameras. This adds them:</p>
<pre>${command} --retrain --train-split train</pre></section>`;
  }
  const { aggregators, filters, epochs, seed } = trained;
  const seconds = [...aggregators, ...filters, ...trained.cameras, ...trained.oneGone].reduce(
    (sum, row) => sum + row.seconds,
    0,
  );
  const networks = aggregators.length + filters.length + trained.cameras.length + trained.oneGone.length;
  return html`${open}
<p>${networks} networks of ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}, seed ${seed}, trained in ${clock(seconds)} min: the first bundle’s architecture with one thing changed. One seed says little about differences of a few points. Paper: ${paper.citation}.</p>
<div class="figures">
${aggregators.length > 0 && figure('Local and cloud aggregator', aggregatorPlot(aggregators), 'MP max, AP average, CC concat.')}
${filters.length > 0 && figure('Filters of a device', filterPlot(filters), 'In brackets the bytes of one device’s section in memory.')}
</div>
${
  aggregators.length > 0 &&
  dataTable(
    `Local and cloud aggregator; paper: ${paper.citation}`,
    ['local-cloud', 'local exit', 'cloud exit', 'the site', 'payload', 'paper: local', 'paper: cloud'],
    aggregators.map((row) => [
      ...cells(row),
      percents(exactly(paper.aggregators[row.name]?.local), 0),
      percents(exactly(paper.aggregators[row.name]?.cloud), 0),
    ]),
  )
}
${
  filters.length > 0 &&
  dataTable(
    `Filters of a device; paper: ${paper.citation}`,
    ['filters', 'local exit', 'cloud exit', 'the site', 'payload', 'features', 'in memory', 'paper: in memory'],
    filters.map((row) => [
      ...cells(row),
      `${number(row.featureBytes)} B`,
      `${number(row.deviceBytes)} B`,
      paper.filters[Number(row.name)] ? `${number(paper.filters[Number(row.name)])} B` : '',
    ]),
  )
}</section>`;
}

/** What both tables begin with: name, the accuracies of {@link ours}, payload. */
function cells({ name, exitAccuracy: { local, cloud }, accuracy, bytes }: TrainedRow): Content[] {
  return [name, ...[local, cloud, accuracy].map((share) => percents(exactly(share))), number(bytes.payloadPerView, 1)];
}

function aggregatorPlot(rows: readonly TrainedRow[]): Markup {
  const lines = rows.map((row) => ({
    name: row.name,
    dots: [
      ...ours(row),
      { series: paperLocal, value: exactly(paper.aggregators[row.name]?.local) },
      { series: paperCloud, value: exactly(paper.aggregators[row.name]?.cloud) },
    ],
  }));
  return dotPlot(lines, 'Accuracy of each pair of aggregators', 'accuracy, %');
}

function filterPlot(rows: readonly TrainedRow[]): Markup {
  const lines = rows.map((row) => ({ name: `${row.name} (${number(row.deviceBytes)} B)`, dots: ours(row) }));
  return dotPlot(lines, 'Accuracy over the filters of a device', 'accuracy, %');
}

function ours({ exitAccuracy, accuracy }: TrainedRow) {
  return [
    { series: exitSeries.local, value: exactly(exitAccuracy.local) },
    { series: exitSeries.overall, value: exactly(accuracy) },
    { series: exitSeries.cloud, value: exactly(exitAccuracy.cloud) },
  ];
}
