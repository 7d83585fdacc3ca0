import { html, type Markup } from '../markup.js';
import { percent } from '../words.js';
import { percentTick } from './line-chart.js';
import { px } from './marks.js';
import { frame, plot, type Rule } from './plot.js';
import { linearScale } from './scale.js';

const BINS = 20;

/** What is compared: values from 0 to 1 of two groups. */
export interface MirrorHistogram {
  readonly title: string;
  readonly xLabel: string;
  readonly right: readonly number[];
  readonly wrong: readonly number[];
  readonly rules?: readonly Rule[];
}

/**
 * How two groups are spread: right answers upwards, wrong ones downwards, each as shares of its own group, so that few
 * wrong ones show.
 */
export function mirrorHistogram({ title, xLabel, right, wrong, rules }: MirrorHistogram): Markup {
  const groups = { right: shares(right), wrong: shares(wrong) };
  const most = Math.max(0.05, ...groups.right, ...groups.wrong);
  const x = linearScale([0, 1], [frame.left, frame.right]);
  const y = linearScale([-most, most], [frame.bottom, frame.top]);
  const bar = (group: 'right' | 'wrong') => (share: number, bin: number) => {
    if (share === 0) return undefined;
    const [from, to] = [bin / BINS, (bin + 1) / BINS];
    const [a, b] = group === 'right' ? [y.at(share), y.at(0)] : [y.at(0), y.at(-share)];
    const words = `${from.toFixed(2)} to ${to.toFixed(2)}: ${percent(share)} of the ${group} answers`;
    return html`<rect class="${group}" x="${px(x.at(from) + 1)}" y="${px(a)}" width="${px(x.at(to) - x.at(from) - 2)}" height="${px(Math.max(1, b - a))}"><title>${words}</title></rect>`;
  };
  const key = html`<ul class="legend"><li><span class="swatch right"></span>right, up (${right.length})</li><li><span class="swatch wrong"></span>wrong, down (${wrong.length})</li></ul>`;
  const axes = { title, x, y, xLabel, yLabel: '% of the right, % of the wrong', xTick: String, rules };
  const zero = html`<path class="zero" d="M${frame.left} ${px(y.at(0))}H${frame.right}"/>`;
  return html`${key}${plot({ ...axes, yTick: (tick) => percentTick(Math.abs(tick)) }, [
    ...groups.right.flatMap((share, bin) => bar('right')(share, bin) ?? []),
    ...groups.wrong.flatMap((share, bin) => bar('wrong')(share, bin) ?? []),
    zero,
  ])}`;
}

function shares(values: readonly number[]): number[] {
  const counts = new Array<number>(BINS).fill(0);
  for (const value of values) counts[Math.min(BINS - 1, Math.floor(value * BINS))]++;
  return counts.map((count) => count / Math.max(1, values.length));
}
