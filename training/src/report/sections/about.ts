import type { TierShapes } from '@ddnn/model';
import { dataTable } from '../data-table.js';
import { html, type Markup } from '../markup.js';
import { networkOf, type Subject } from '../subject.js';
import { number, percent } from '../words.js';
import { formulaEnds } from './bytes.js';

/** What was measured, and how. */
export function aboutSection(subject: Subject): Markup {
  const { measured, command } = subject;
  const { local, edge, cloud } = networkOf(subject);
  const { device, edges, cloud: top } = measured[0].bundle.shapes;
  const shape = ({ height, width, channels }: { height: number; width: number; channels: number }) =>
    `${height} × ${width} × ${channels}`;
  const tier = (name: string, { input, output, memoryBytes, featureBytes }: TierShapes, aggregator: string) => [
    ...[name, shape(input), shape(output), `${number(memoryBytes)} B`, `${number(featureBytes)} B`],
    aggregator,
  ];
  const ends = formulaEnds(subject);
  const settings = ['bundle', 'seed', 'epochs', 'local T', ...(edge ? ['edge T'] : [])];
  return html`<section id="about"><h2>What was measured</h2>
${dataTable(
  'Bundles',
  [...settings, 'accuracy', 'balanced', 'local exits', 'payload', 'packets'],
  measured.map(({ bundle, summary }) => [
    html`<code>${bundle.id.slice(0, 12)}</code>`,
    String(bundle.figures.seed ?? '–'),
    String(bundle.figures.epochs ?? '–'),
    bundle.exits.local?.threshold.toFixed(4) ?? '–',
    ...(edge ? [bundle.exits.edge?.threshold.toFixed(4) ?? '–'] : []),
    percent(summary.accuracy),
    percent(summary.balancedAccuracy),
    percent(summary.exits.local / Math.max(1, summary.samples)),
    number(summary.bytes.payloadPerView, 1),
    number(summary.bytes.wirePerView, 1),
  ]),
)}
${dataTable(
  'Tiers',
  ['tier', 'input', 'output', 'in memory', 'features', 'aggregator'],
  [
    tier('device', device, local ? `${local.aggregator}, of the local exit` : '–'),
    ...edges.map((one) => tier('edge', one, edge!.aggregator)),
    ['cloud', shape(top.input), shape(top.output), `${number(top.memoryBytes)} B`, '–', cloud.aggregator],
  ],
)}
<p>Made by <code>${command}</code></p>
<p>Samples are answered by the packed sections and exits that agents, edges and cloud run. Bytes are averages per device and sample: <em>payload</em> is the scores, a byte each, and the feature bits that go from device to edge, without the frames around them; <em>packets</em> are whole
MQTT packets both ways, with the site’s uplink divided by its devices, counted by building each frame; TCP/IP and TLS are left out. Pixels and JPEG are those of the views that are present. The paper’s formula, 4 |C| + (1 − l) f o / 8, gives
${number(ends.all)} to ${number(ends.none)} bytes for this network; like payload it counts no headers, but it has every view send, and takes four bytes a score where one is sent.</p>
<p>Published figures: S. Teerapittayanon, B. McDanel, H. T. Kung, <cite>Distributed Deep Neural Networks over the Cloud, the Edge and End Devices</cite>, ICDCS 2017. They are of other samples and can’t be compared digit by digit.</p></section>`;
}
