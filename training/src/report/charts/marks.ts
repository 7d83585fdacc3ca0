import { html, type Markup } from '../markup.js';
import type { Spread } from '../spread.js';
import type { Point, Series } from './series.js';

/** Pixels, short. */
export const px = (value: number) => Number(value.toFixed(1));

const RADIUS = 4;

/** A marker with its text under the pointer. */
export function marker({ colour, marker: shape, published }: Series, x: number, y: number, title?: string): Markup {
  const r = RADIUS;
  const paint = published ? `fill:var(--page);stroke:var(--${colour})` : `fill:var(--${colour});stroke:var(--page)`;
  const path = {
    circle: `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`,
    square: `M${0.5 - r} ${0.5 - r}h${2 * r - 1}v${2 * r - 1}h${1 - 2 * r}z`,
    diamond: `M0 ${-r - 1}L${r + 1} 0L0 ${r + 1}L${-r - 1} 0z`,
    triangle: `M0 ${-r - 1}L${r + 1} ${r}H${-r - 1}z`,
  }[shape];
  const place = `translate(${px(x)} ${px(y)})`;
  return html`<path class="marker" d="${path}" transform="${place}" style="${paint}">${title && html`<title>${title}</title>`}</path>`;
}

/** A line through points, with the band between lowest and highest, and a marker each. */
export function line(series: Series, points: readonly Point[], x: At, y: At): Markup {
  const along = (value: (point: Point) => number) => points.map((p) => `${px(x(p.x))} ${px(y(value(p)))}`);
  const highs = along((p) => p.y.high);
  const lows = along((p) => p.y.low).reverse();
  const hasBand = points.some((p) => p.y.low !== p.y.high);
  const paint = `stroke:var(--${series.colour})`;
  return html`<g>${
    hasBand && html`<path class="band" d="M${[...highs, ...lows].join('L')}z" style="fill:var(--${series.colour})"/>`
  }<path class="${series.published ? 'line published' : 'line'}" d="M${along((p) => p.y.mean).join('L')}" style="${paint}"/>${points.map(
    (p) => marker(series, x(p.x), y(p.y.mean), p.title),
  )}</g>`;
}

/** A dot with its range from left to right. */
export function dot(series: Series, value: Spread, x: At, y: number, title: string): Markup {
  const range = `M${px(x(value.low))} ${px(y)}H${px(x(value.high))}`;
  const paint = `stroke:var(--${series.colour})`;
  return html`${value.low !== value.high && html`<path class="range" d="${range}" style="${paint}"/>`}${marker(series, x(value.mean), y, title)}`;
}

/** A dot with its range from bottom to top. */
export function standingDot(series: Series, { x: at, y: value, title }: Point, x: At, y: At): Markup {
  const range = `M${px(x(at))} ${px(y(value.low))}V${px(y(value.high))}`;
  return html`<path class="range" d="${range}" style="stroke:var(--${series.colour})"/>${marker(series, x(at), y(value.mean), title)}`;
}

type At = (value: number) => number;
