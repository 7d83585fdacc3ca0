import { html, type Markup } from '../markup.js';
import { marker } from './marks.js';
import type { Series } from './series.js';

/** The names of a chart's series, as HTML, so that it wraps on a narrow screen. */
export function legend(series: readonly Series[], drawn: 'lines' | 'dots' = 'lines'): Markup {
  return html`<ul class="legend">${series.map(
    (one) =>
      html`<li><svg viewBox="0 0 26 12" aria-hidden="true">${
        drawn === 'lines' &&
        html`<path class="${one.published ? 'line published' : 'line'}" d="M1 6H25" style="stroke:var(--${one.colour})"/>`
      }${marker(one, 13, 6)}</svg>${one.name}</li>`,
  )}</ul>`;
}
