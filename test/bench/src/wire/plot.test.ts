import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { terminalPlot } from './plot.js';
import { wireSets } from './sets.js';

const point = (bytesPerView: number, accuracy: number) => ({
  name: '',
  note: '',
  measured: 'eval' as const,
  bytesPerView,
  accuracy,
});

it('A terminal plot puts fewer bytes left and more accuracy up, and shows every point that falls on another', () => {
  const plot = terminalPlot([point(1, 0.9), point(1000, 1), point(1000, 1), point(0, 1)], []);
  const rows = stripVTControlCharacters(plot)
    .split('\n')
    .flatMap((line) => line.split('│').slice(1));
  const first = rows.findIndex((row) => row.endsWith(' 23'));
  const last = rows.findIndex((row) => row.startsWith('1'));
  expect(first).toBe(0);
  expect(last).toBeGreaterThan(first);
  expect(rows.join('')).not.toContain('4');
});

it('Sets that are not there say what is missing', () => {
  expect(() => wireSets('split,none', '/nowhere')).toThrow(/--sets split needs .*epfl6.manifest\.csv/);
  expect(() => wireSets('toString', '/')).toThrow('--sets toString: one of split_random, split, ring6, mnist');
});
