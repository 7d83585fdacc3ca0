import { html, type Markup } from '../markup.js';
import type { Spread } from '../spread.js';
import { plainPercents } from '../words.js';
import { legend } from './legend.js';
import { percentTick } from './line-chart.js';
import { dot, px } from './marks.js';
import { linearScale } from './scale.js';
import type { Series } from './series.js';

/** One line of a dot plot: a name and its values, shares that are drawn as percent. */
export interface DotRow {
  readonly name: string;
  readonly dots: readonly { readonly series: Series; readonly value: Spread | undefined }[];
}

const TOP = 8;
const WIDTH = 460;
const RIGHT = 446;
const LETTER = 7;

/**
 * Values by name, one row each, over one horizontal axis. Dots of a row stand one above the other, so that none hides
 * another.
 */
export function dotPlot(rows: readonly DotRow[], title: string, label: string): Markup {
  const series = new Map(rows.flatMap(({ dots }) => dots.filter(({ value }) => value).map((d) => [d.series.name, d])));
  const names = [...series.keys()];
  const values = rows.flatMap(({ dots }) => dots.flatMap(({ value }) => value ?? []));
  // Room for every dot of a row, one above the other.
  const height = 10 + 7 * Math.max(2, names.length);
  const left = 14 + LETTER * Math.min(20, Math.max(4, ...rows.map(({ name }) => name.length)));
  const bottom = TOP + height * rows.length;
  const x = linearScale([Math.min(0.95, ...values.map(({ low }) => low)), 1], [left + 6, RIGHT]);
  const offset = (name: string) => ((names.indexOf(name) + 1) / (names.length + 1) - 0.5) * (height - 4);
  const row = ({ name, dots }: DotRow, i: number) => {
    const y = TOP + height * (i + 0.5);
    return html`<path class="gridline" d="M${left} ${TOP + height * (i + 1)}H${RIGHT}"/><text x="${left - 8}" y="${y + 4}" text-anchor="end">${shortened(name)}<title>${name}</title></text>${dots.map(
      (d) =>
        d.value &&
        dot(d.series, d.value, x.at, y + offset(d.series.name), `${name}, ${d.series.name}: ${plainPercents(d.value)}`),
    )}`;
  };
  return html`${legend(
    [...series.values()].map((d) => d.series),
    'dots',
  )}<svg viewBox="0 0 ${WIDTH} ${bottom + 44}" role="img" aria-label="${title}">
<g class="grid">${x.ticks.map((tick) => html`<path d="M${px(x.at(tick))} ${TOP}V${bottom}"/>`)}</g>
<g class="axis">${rows.map(row)}${x.ticks.map((tick) => html`<text x="${px(x.at(tick))}" y="${bottom + 16}" text-anchor="middle">${percentTick(tick)}</text>`)}
<text class="label" x="${RIGHT}" y="${bottom + 36}" text-anchor="end">${label}</text></g></svg>`;
}

function shortened(name: string): string {
  return name.length > 20 ? `${name.slice(0, 19)}…` : name;
}
