import { paper, paperBytes } from '../../sweeps/paper.js';
import type { ThresholdRow } from '../../sweeps/threshold.js';
import { type Line, lineChart } from '../charts/line-chart.js';
import { frame } from '../charts/plot.js';
import { linearScale, logScale } from '../charts/scale.js';
import { exitSeries, type Series } from '../charts/series.js';
import { dataTable, figure } from '../data-table.js';
import { html, type Markup } from '../markup.js';
import { exactly } from '../spread.js';
import { networkOf, over, type Subject } from '../subject.js';
import { byteCount, bytes, number, percent, percents, plainPercents } from '../words.js';

const series = {
  accuracy: { ...exitSeries.overall, name: 'accuracy of the site' },
  exits: { ...exitSeries.local, name: 'local exits' },
  paperAccuracy: { name: 'accuracy, paper', colour: 'paper', marker: 'diamond', published: true },
  paperExits: { name: 'local exits, paper', colour: 'paper', marker: 'circle', published: true },
  payload: { name: 'payload', colour: 'payload', marker: 'circle' },
  wire: { name: 'MQTT packets', colour: 'wire', marker: 'square' },
  formula: { name: 'the paper’s formula on our exits', colour: 'formula', marker: 'triangle' },
  paper: { name: 'paper', colour: 'paper', marker: 'diamond', published: true },
} as const satisfies Readonly<Record<string, Series>>;

/** What the local exit's threshold trades: bytes for accuracy. */
export function bytesSection(subject: Subject): Markup {
  const { measured } = subject;
  const thresholds = measured[0].thresholds.map(({ threshold }) => threshold);
  if (thresholds.length === 0) {
    return html`<section id="bytes"><h2>Bytes and accuracy</h2><p>This network has no local exit, so there is no threshold to move.</p></section>`;
  }
  const at = (i: number, key: keyof ThresholdRow) => over(subject, (one) => one.thresholds[i][key])!;
  const rows = thresholds.map((threshold, i) => ({
    threshold,
    accuracy: at(i, 'accuracy'),
    exits: at(i, 'localExits'),
    payload: at(i, 'payloadPerView'),
    wire: at(i, 'wirePerView'),
    formula: at(i, 'formulaPerView'),
  }));
  const chosen = over(subject, ({ bundle }) => bundle.exits.local?.threshold)!;
  const ours = (key: 'accuracy' | 'exits', what: string): Line => ({
    series: series[key],
    points: rows.map(({ threshold: x, [key]: y }) => ({ x, y, title: `T ${x}: ${plainPercents(y)} ${what}` })),
  });
  const theirs = (of: Series, key: 'accuracy' | 'localExits', what: string, digits?: number): Line => ({
    series: of,
    points: paper.thresholds.map(({ threshold: x, [key]: y }) => {
      return { x, y: exactly(y)!, title: `paper, T ${x}: ${percent(y, digits)} ${what}` };
    }),
  });
  const byThreshold = [
    ours('accuracy', 'right'),
    ours('exits', 'exit locally'),
    theirs(series.paperAccuracy, 'accuracy', 'right', 0),
    theirs(series.paperExits, 'localExits', 'exit locally'),
  ];
  return html`<section id="bytes"><h2>Bytes and accuracy</h2>
<p>A sample exits locally where its uncertainty is at most the threshold T. Training chose T = ${number(chosen.mean, 2)}${measured.length > 1 && ` on average`}. Grey: ${paper.citation}.</p>
<div class="figures">
${figure('What the threshold does', lineChart(byThreshold, { title: 'Accuracy and local exits over the threshold', x: linearScale([0, 1], [frame.left, frame.right]), xLabel: 'threshold T of the local exit', yLabel: '% of the samples', xTick: String, fromZero: true, rules: [{ x: chosen.mean, label: 'chosen', height: 110 }] }))}
${figure('What accuracy costs', bytesChart(subject, rows))}
</div>
${dataTable(
  `The threshold of the local exit; bytes a device and sample; paper: ${paper.citation}`,
  ['T', 'local exits', 'accuracy', 'payload', 'packets', 'formula', 'paper: exits', 'accuracy', 'bytes'],
  rows.map((row) => {
    const theirs = paper.thresholds.find(({ threshold }) => threshold === row.threshold);
    return [
      row.threshold.toFixed(2),
      percents(row.exits),
      percents(row.accuracy),
      byteCount(row.payload),
      byteCount(row.wire),
      byteCount(row.formula),
      theirs && percents(exactly(theirs.localExits)),
      theirs && percents(exactly(theirs.accuracy), 0),
      theirs && String(theirs.bytes),
    ];
  }),
)}</section>`;
}

type Row = Readonly<Record<'accuracy' | 'payload' | 'wire' | 'formula', NonNullable<ReturnType<typeof exactly>>>> & {
  readonly threshold: number;
};

function bytesChart(subject: Subject, rows: readonly Row[]): Markup {
  const { rawPerView, jpegPerView } = subject.measured[0].summary.bytes;
  const along = (key: 'payload' | 'wire' | 'formula') => ({
    series: series[key],
    points: rows
      .filter((row) => row[key].mean > 0)
      .map((row) => ({
        x: row[key].mean,
        // One band is enough: all three curves have the same accuracies.
        y: key === 'payload' ? row.accuracy : exactly(row.accuracy.mean)!,
        title: `T ${row.threshold}, ${series[key].name}: ${bytes(row[key].mean)} B, ${plainPercents(row.accuracy)} right`,
      })),
  });
  const published = paper.thresholds.map((row) => ({
    x: row.bytes,
    y: exactly(row.accuracy)!,
    title: `paper, T ${row.threshold}: ${row.bytes} B, ${percent(row.accuracy, 0)} right`,
  }));
  const lines = [along('payload'), along('wire'), along('formula'), { series: series.paper, points: published }];
  const rules = [
    { x: rawPerView, label: `pixels ${number(rawPerView)} B` },
    { x: jpegPerView, label: `JPEG ${number(jpegPerView)} B` },
  ].filter(({ x }) => x > 0);
  const all = [...lines.flatMap(({ points }) => points.map(({ x }) => x)), ...rules.map(({ x }) => x)];
  const x = logScale([Math.min(...all) / 1.2, Math.max(...all) * 1.2], [frame.left, frame.right]);
  const axes = { title: 'Accuracy over bytes a view', xLabel: 'bytes a device and sample', yLabel: 'accuracy, %' };
  return lineChart(lines, { ...axes, x, xTick: (tick) => number(tick), rules });
}

/** The formula's two ends for this network, for the notes. */
export function formulaEnds(subject: Subject): { readonly all: number; readonly none: number } {
  const { featureBytes } = subject.measured[0].bundle.shapes.device;
  const classes = networkOf(subject).classes.length;
  return { all: paperBytes(classes, featureBytes, 1), none: paperBytes(classes, featureBytes, 0) };
}
