/** Text that is HTML or SVG already. Everything else is escaped where it enters a page. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/**
 * What {@link html} puts into a page: markup as it is, lists one after another, nothing for undefined and false, the
 * rest escaped.
 */
export type Content = Markup | string | number | undefined | false | readonly Content[];

/**
 * Template tag for HTML and SVG: ``html`<b>${text}</b>` ``. The values are escaped, in attributes too if these are
 * quoted.
 */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(parts.reduce((text, part, i) => text + render(values[i - 1]) + part));
}

function render(value: Content): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'string' || typeof value === 'number') return escaped(String(value));
  return value.map(render).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}
