import { type Content, html, type Markup } from '../markup.js';
import type { Spread } from '../spread.js';
import { networkOf, over, type Subject } from '../subject.js';
import { bytes, number, PERCENT, percents, rangeOf } from '../words.js';

/** What the page is about, and the figures that matter most, in a row of tiles. */
export function headline(subject: Subject): Markup {
  const { data, split, measured } = subject;
  const { views, classes, name, input, edge } = networkOf(subject);
  const { device } = measured[0].bundle.shapes;
  const payload = over(subject, ({ summary }) => summary.bytes.payloadPerView)!;
  const wire = over(subject, ({ summary }) => summary.bytes.wirePerView)!;
  const { rawPerView, jpegPerView } = measured[0].summary.bytes;
  const exits = (exit: 'local' | 'cloud' | 'edge') =>
    over(subject, ({ summary }) => summary.exits[exit] / Math.max(1, summary.samples))!;
  const balanced = over(subject, ({ summary }) => summary.balancedAccuracy)!;
  const one = over(subject, ({ summary }) => summary.missing!.one?.mean.overall);
  const worst = over(subject, ({ summary }) => summary.missing!.one?.worst.overall);
  const above = html`${edge && html`edge ${percents(exits('edge'))}, `}cloud ${percents(exits('cloud'))}`;
  const counted = classes.map((label) => `${label} ${data.rows.filter((row) => row.label === label).length}`);
  return html`<header><h1>${name}</h1>
<p>${number(data.rows.length)} samples of <code>${data.file}</code>${split !== undefined && html`, split <code>${split}</code>`}: ${views} ${views === 1 ? 'camera' : 'cameras'}
of ${input.width} × ${input.height} pixels, classes ${counted.join(', ')}. ${bundles(subject)}</p></header>
<section id="summary" aria-label="Summary"><dl class="tiles">
${tile('Accuracy', value(over(subject, ({ summary }) => summary.accuracy)!, percent, PERCENT), html`balanced ${percents(balanced)}`)}
${tile('Payload a view', value(payload, bytes, '\u00a0B'), `pixels ${times(rawPerView, payload)} as much, JPEG ${times(jpegPerView, payload)}`)}
${tile('Packets a view', value(wire, bytes, '\u00a0B'), 'MQTT, both ways, uplink included')}
${tile('Local exits', value(exits('local'), percent, PERCENT), above)}
${one && worst && tile('One camera gone', value(one, percent, PERCENT), html`worst camera ${percents(worst)}`)}
${tile('A device holds', { mean: `${number(device.memoryBytes)}\u00a0B`, range: undefined }, `section and exit; features ${number(device.featureBytes)} B`)}
</dl></section>`;
}

function bundles({ measured }: Subject): Content {
  const seeds = measured.map(({ bundle }) => bundle.figures.seed).filter((seed) => seed !== undefined);
  if (measured.length === 1) return html`One bundle${seeds.length > 0 && `, seed ${seeds[0]}`}.`;
  return `Means of ${measured.length} bundles${seeds.length > 0 ? ` (seeds ${seeds.join(', ')})` : ''}; the lowest and the highest stand beside them in small figures.`;
}

interface Value {
  readonly mean: string;
  readonly range: string | undefined;
}

function value(of: Spread, words: (value: number) => string, unit: string): Value {
  return { mean: `${words(of.mean)}${unit}`, range: rangeOf(of, words) };
}

function tile(name: string, { mean, range }: Value, more: Content): Markup {
  return html`<div><dt>${name}</dt><dd><b>${mean}</b>${range && html`<small>${range}</small>`}<span>${more}</span></dd></div>`;
}

function percent(share: number): string {
  return (share * 100).toFixed(1);
}

function times(size: number, payload: Spread): string {
  const ratio = size / payload.mean;
  return payload.mean > 0 ? `${number(ratio, ratio < 10 ? 1 : 0)} ×` : '–';
}
