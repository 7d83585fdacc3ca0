import { expect, test } from 'vitest';
import { html } from './markup.js';

test('Text is escaped where it enters, in content and in quoted attributes', () => {
  const name = `<img src=x onerror="alert('1')">&`;
  const inside = html`<b title="${name}">${name}</b>`;
  const escaped = '&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;';
  expect(inside.text).toBe(`<b title="${escaped}">${escaped}</b>`);
});

test('Markup is not escaped twice, lists stand without commas, and what is not there leaves nothing', () => {
  const items = ['a', '<'].map((text) => html`<li>${text}</li>`);
  expect(html`<ul>${items}</ul>${undefined}${false}${0}`.text).toBe('<ul><li>a</li><li>&lt;</li></ul>0');
});
