import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const folder = new URL('.', import.meta.url);
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
);

it('There are sources to look at', () => {
  expect(sources).toContain('bundle/bundle-file.ts');
});

it.each(sources)('%s runs in a browser: nothing of Node in it', (name) => {
  const text = readFileSync(new URL(name, folder), 'utf8');
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');
  expect(code).not.toMatch(/['"`]node:/);
  expect(code).not.toMatch(/\b(Buffer|process|require|setImmediate|__dirname)\b/);
});
