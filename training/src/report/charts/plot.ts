import { html, type Markup } from '../markup.js';
import { px } from './marks.js';
import type { Scale } from './scale.js';

/**
 * Width and height of a plot, and of the frame inside it, in the SVG's own units: about a phone's width, so that text
 * stays readable.
 */
export const frame = { width: 460, height: 290, left: 46, right: 446, top: 26, bottom: 246 } as const;

/** A vertical line with its name beside it, such as the bytes of the raw pixels. */
export interface Rule {
  readonly x: number;
  readonly label: string;
  /** Of the name above the x axis, in the SVG's units; low by default. */
  readonly height?: number;
}

/** One chart: two axes, a light grid, what is drawn in it. */
export interface Plot {
  /** Says what the chart shows, for those who do not see it. */
  readonly title: string;
  readonly x: Scale;
  readonly y: Scale;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xTick: (value: number) => string;
  readonly yTick: (value: number) => string;
  readonly rules?: readonly Rule[];
}

/** Draws the axes of a chart and puts the marks in. */
export function plot(
  { title, x, y, xLabel, yLabel, xTick, yTick, rules = [] }: Plot,
  marks: readonly Markup[],
): Markup {
  const { width, height, left, right, bottom } = frame;
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
<g class="grid">${y.ticks.map((tick) => html`<path d="M${left} ${px(y.at(tick))}H${right}"/>`)}</g>
<g class="axis">${y.ticks.map((tick) => html`<text x="${left - 6}" y="${px(y.at(tick) + 4)}" text-anchor="end">${yTick(tick)}</text>`)}
${x.ticks.map((tick) => html`<path d="M${px(x.at(tick))} ${bottom}v4"/><text x="${px(x.at(tick))}" y="${bottom + 18}" text-anchor="middle">${xTick(tick)}</text>`)}
<path d="M${left} ${bottom}H${right}"/>
<text class="label" x="4" y="14">${yLabel}</text><text class="label" x="${right}" y="${height - 8}" text-anchor="end">${xLabel}</text></g>
${marks}
${rules.map((rule, i) => ruleMark(rule, x, bottom - (rule.height ?? 6) - (i % 3) * 14))}</svg>`;
}

function ruleMark({ x, label }: Rule, scale: Scale, y: number): Markup {
  const at = px(scale.at(x));
  const before = at > (frame.left + frame.right) / 2;
  const text = before ? html`x="${at - 4}" text-anchor="end"` : html`x="${at + 4}"`;
  return html`<g class="rule"><path d="M${at} ${frame.top}V${frame.bottom}"/><text ${text} y="${y}">${label}</text></g>`;
}
