import { describe, expect, test } from 'vitest';
import { type ColourName, palette } from './palette.js';

/** The colours that stand in one chart. */
const coloursTogether: readonly (readonly ColourName[])[] = [
  ['local', 'edge', 'cloud', 'overall', 'paper'],
  ['payload', 'wire', 'formula', 'paper'],
  ['right', 'wrong'],
];

type Rgb = readonly number[];

const linear = (hex: string): Rgb =>
  [1, 3, 5].map((i) => {
    const value = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
const times = (matrix: readonly Rgb[], colour: Rgb) =>
  matrix.map((row) => row.reduce((sum, factor, i) => sum + factor * colour[i], 0));

/** Contrast ratio of WCAG 2. */
function contrast(a: string, b: string): number {
  const luminance = (hex: string) => times([[0.2126, 0.7152, 0.0722]], linear(hex))[0];
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

/** Full colour blindness of each kind: G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, IEEE TVCG 2009. */
const sights: Readonly<Record<string, readonly Rgb[]>> = {
  any: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** Distance in Oklab (B. Ottosson, 2020). */
function distance(a: string, b: string, sight: readonly Rgb[]): number {
  const lab = (hex: string) => {
    const seen = times(sight, linear(hex)).map((value) => Math.min(1, Math.max(0, value)));
    const cones = times(
      [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
      ],
      seen,
    ).map(Math.cbrt);
    return times(
      [
        [0.2104542553, 0.793617785, -0.0040720468],
        [1.9779984951, -2.428592205, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.808675766],
      ],
      cones,
    );
  };
  const [from, to] = [lab(a), lab(b)];
  return Math.hypot(...from.map((value, i) => value - to[i]));
}

describe.each(['light', 'dark'] as const)('On a %s page', (mode) => {
  const colours: Readonly<Record<ColourName, string>> = palette[mode];

  test('text reads well, on the page and on a panel', () => {
    for (const text of ['ink', 'muted', 'local', 'wrong'] as const) {
      expect(contrast(colours[text], colours.page), text).toBeGreaterThanOrEqual(4.5);
      expect(contrast(colours[text], colours.panel), text).toBeGreaterThanOrEqual(4.5);
    }
  });

  test('every mark is told from the page', () => {
    for (const name of coloursTogether.flat()) expect(contrast(colours[name], colours.page), name).toBeGreaterThan(3);
  });

  test.each(Object.keys(sights))('colours of one chart are told apart (%s)', (sight) => {
    for (const together of coloursTogether) {
      for (const [i, a] of together.entries()) {
        for (const b of together.slice(i + 1)) {
          expect(distance(colours[a], colours[b], sights[sight]), `${a} and ${b}`).toBeGreaterThan(0.09);
        }
      }
    }
  });
});
