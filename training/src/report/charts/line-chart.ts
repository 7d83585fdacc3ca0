import { html, type Markup } from '../markup.js';
import { legend } from './legend.js';
import { line } from './marks.js';
import { frame, type Plot, plot } from './plot.js';
import { linearScale, type Scale } from './scale.js';
import type { Point, Series } from './series.js';

/** A series and its points, in the order in which the line takes them. */
export interface Line {
  readonly series: Series;
  readonly points: readonly Point[];
}

/** Lines over one x axis; `y` in shares, drawn as percent. */
export function lineChart(
  lines: readonly Line[],
  axes: Omit<Plot, 'y' | 'yTick'> & { readonly fromZero?: boolean },
): Markup {
  const drawn = lines.filter(({ points }) => points.length > 0);
  const y = shareScale(
    drawn.flatMap(({ points }) => points.map((point) => point.y.low)),
    axes.fromZero ?? false,
  );
  const marks = drawn.map(({ series, points }) => line(series, points, axes.x.at, y.at));
  return html`${legend(drawn.map(({ series }) => series))}${plot({ ...axes, y, yTick: percentTick }, marks)}`;
}

/** From a little below the lowest share, or from 0, up to 100 %. */
export function shareScale(shares: readonly number[], fromZero = false): Scale {
  const low = fromZero ? 0 : Math.min(0.95, ...shares);
  return linearScale([low, 1], [frame.bottom, frame.top]);
}

/** 0.95 → 95. */
export function percentTick(share: number): string {
  return String(Number((share * 100).toFixed(1)));
}
