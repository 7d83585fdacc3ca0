import { type Content, html, type Markup } from './markup.js';

/** A table: the first column names the row, the others hold figures. It scrolls sideways where the screen is narrow. */
export function dataTable(caption: string, head: readonly string[], rows: readonly (readonly Content[])[]): Markup {
  return html`<div class="table" tabindex="0" role="region" aria-label="${caption}"><table><caption>${caption}</caption>
<thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map(
    ([name, ...cells]) => html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>
`,
  )}</tbody></table></div>`;
}

/** A chart with its heading and a sentence on how to read it. */
export function figure(heading: string, chart: Markup, words: Content = undefined): Markup {
  return html`<figure><figcaption><b>${heading}</b>${words && html` <span>${words}</span>`}</figcaption>${chart}</figure>`;
}
