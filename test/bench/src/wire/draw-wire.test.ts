import { expect, it } from 'vitest';
import { drawWire } from './draw-wire.js';
import { placeLabels } from './place-labels.js';
import { surestFirst } from './view-order.js';

it('Labels of points that fall together lie apart', () => {
  const labels = placeLabels(Array.from({ length: 12 }, (_, i) => ({ x: 100 + i, y: 50 })));
  for (const [i, a] of labels.entries()) {
    for (const b of labels.slice(i + 1)) expect(Math.abs(a.x - b.x) >= 13 || Math.abs(a.y - b.y) >= 11).toBe(true);
  }
});

it('A picture names every point and escapes what it names', () => {
  const curve = [{ threshold: 0, localExits: 0, accuracy: 0.99, bytesPerView: 20 }];
  const point = { bytesPerView: 5, accuracy: 0.98, note: '' };
  const points = [
    { ...point, name: 'a < b', measured: 'run' as const },
    { ...point, name: 'c', measured: 'simulated' as const },
  ];
  const svg = drawWire([{ name: 'set', points, curve }]);
  expect(svg).toContain('xmlns="http://www.w3.org/2000/svg"');
  expect(svg).toContain('a &lt; b');
  expect(svg).toContain('98.00');
  expect(svg).not.toContain('NaN');
});

it('Views are ordered by how far their second class is behind, then by all, then by number', () => {
  const scores = [[0, -1, -3], null, [0, -3, -3], [-1, 0, -1], [0, -1, -3]];
  expect(surestFirst(scores.map((own) => own && Int8Array.from(own)))).toEqual([2, 0, 4, 3]);
});
