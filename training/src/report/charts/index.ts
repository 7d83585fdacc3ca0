/*
 * What a chart of another package is drawn with: scales, marks and frame of the report's own charts, as SVG.
 */
export { html, type Markup } from '../markup.js';
export { colourProperties } from '../palette.js';
export { exactly } from '../spread.js';
export { chartStyle } from '../style.js';
export { bytes, number, percent } from '../words.js';
export { percentTick, shareScale } from './line-chart.js';
export { line, marker, px } from './marks.js';
export { frame, plot } from './plot.js';
export { logScale } from './scale.js';
export type { Series } from './series.js';
