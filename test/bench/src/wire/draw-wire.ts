import {
  bytes,
  chartStyle,
  colourProperties,
  exactly,
  frame,
  html,
  line,
  logScale,
  type Markup,
  marker,
  number,
  percent,
  percentTick,
  plot,
  px,
  type Series,
  shareScale,
} from '@ddnn/training/charts';
import { placeLabels } from './place-labels.js';
import { pointMark, type WireCurvePoint, type WirePoint } from './wire-point.js';

/** One chart of a picture. */
export interface WireChart {
  readonly name: string;
  readonly points: readonly WirePoint[];
  readonly curve: readonly WireCurvePoint[];
}

const series = {
  run: { name: 'real traffic', colour: 'cloud', marker: 'square' },
  eval: { name: 'means, one on top of the other', colour: 'overall', marker: 'diamond' },
  bare: { name: 'without packets', colour: 'paper', marker: 'circle' },
  published: { name: 'published', colour: 'paper', marker: 'diamond', published: true },
  simulated: { name: 'simulated, not shipped', colour: 'edge', marker: 'triangle', published: true },
  curve: { name: 'threshold of the local exit moved', colour: 'local', marker: 'circle' },
} as const satisfies Readonly<Record<WirePoint['measured'] | 'curve', Series>>;

const WIDTH = 860;
const KEY_LEFT = 480;
const ROW = 15;
const KEY_TOP = 46;
const KINDS_TOP = frame.height + 56;
const KIND_ROWS = 3;

/**
 * An SVG file: accuracy over bytes, a chart a set, one below the other; each point has a sign, and its line in the key
 * beside.
 */
export function drawWire(charts: readonly WireChart[]): string {
  let top = 0;
  const drawn = charts.map((chart) => {
    const height = Math.max(KINDS_TOP + ROW * KIND_ROWS, KEY_TOP + ROW * chart.points.length) + 16;
    const part = html`<g transform="translate(0 ${top})">${oneChart(chart)}</g>`;
    top += height;
    return part;
  });
  const style = `:root{color-scheme:light;${colourProperties('light')}}${chartStyle}text.name{font-size:14px;fill:var(--ink)}text.sign{font-size:10px;fill:var(--ink)}text.key{font-size:11px}.leader{stroke:var(--muted);stroke-width:.6;fill:none}`;
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" width="${WIDTH}" height="${top}"><style>${style}</style><rect width="${WIDTH}" height="${top}" style="fill:var(--page)"/>${drawn}</svg>
`.text;
}

function oneChart({ name, points, curve }: WireChart): Markup {
  const there = curve.filter(({ bytesPerView }) => bytesPerView > 0);
  const all = [...points, ...there];
  const across = all.map(({ bytesPerView }) => bytesPerView);
  const x = logScale([Math.min(...across) / 1.2, Math.max(...across) * 1.2], [frame.left, frame.right]);
  const y = shareScale(all.map(({ accuracy }) => accuracy));
  const places = points.map(({ bytesPerView, accuracy }) => ({ x: x.at(bytesPerView), y: y.at(accuracy) }));
  const moved = there.map((point) => ({
    x: point.bytesPerView,
    y: exactly(point.accuracy)!,
    title: `T ${point.threshold}: ${bytes(point.bytesPerView)} B, ${percent(point.accuracy, 2)}`,
  }));
  const marks = [
    line(series.curve, moved, x.at, y.at),
    ...points.map(({ name: of, measured }, i) => marker(series[measured], places[i].x, places[i].y, of)),
    ...placeLabels(places).map((label, i) => {
      const { x: atX, y: atY } = places[i];
      const leader = html`<path class="leader" d="M${px(atX)} ${px(atY)}L${px(label.x)} ${px(label.y)}"/>`;
      return html`${label.far && leader}<text class="sign" x="${px(label.x)}" y="${px(label.y + 3)}" text-anchor="middle">${pointMark(i)}</text>`;
    }),
  ];
  const axes = {
    title: `${name}: accuracy over bytes a view`,
    x,
    y,
    xLabel: 'bytes a device and sample',
    yLabel: 'accuracy, %',
  };
  const chart = plot({ ...axes, xTick: (tick) => number(tick), yTick: percentTick }, marks);
  return html`<text class="name" x="4" y="20">${name}</text><svg y="30" width="${frame.width}" height="${frame.height}">${chart}</svg>${key(points)}`;
}

function key(points: readonly WirePoint[]): Markup {
  const used = Object.entries(series).filter(
    ([measured]) => measured === 'curve' || points.some((point) => point.measured === measured),
  );
  const rows = points.map((point, i) => {
    const y = KEY_TOP + ROW * i;
    return html`${marker(series[point.measured], KEY_LEFT + 22, y - 4)}<text class="key" x="${KEY_LEFT + 12}" y="${y}" text-anchor="end">${pointMark(i)}</text><text class="key" x="${KEY_LEFT + 34}" y="${y}">${point.name}</text><text class="key" x="${KEY_LEFT + 230}" y="${y}" text-anchor="end">${bytes(point.bytesPerView)} B</text><text class="key" x="${KEY_LEFT + 300}" y="${y}" text-anchor="end">${percent(point.accuracy, 2)}</text>`;
  });
  const kinds = used.map(([, of], i) => {
    const [x, y] = [frame.left + 200 * Math.floor(i / KIND_ROWS), KINDS_TOP + ROW * (i % KIND_ROWS)];
    return html`${marker(of, x, y - 4)}<text class="key" x="${x + 12}" y="${y}">${of.name}</text>`;
  });
  return html`${rows}${kinds}`;
}
