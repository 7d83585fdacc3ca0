import type { ColourName } from '../palette.js';
import type { Spread } from '../spread.js';

/** One line or one set of dots of a chart. */
export interface Series {
  readonly name: string;
  readonly colour: ColourName;
  readonly marker: Marker;
  /** A published figure: hollow markers, dashed line. */
  readonly published?: boolean;
}

/** The shape says again what the colour says. */
export type Marker = 'circle' | 'square' | 'diamond' | 'triangle';

/** A point; `x` has a spread too where bundles differ in it, such as bytes. */
export interface Point {
  readonly x: number;
  readonly y: Spread;
  /** Shown under the pointer. */
  readonly title: string;
}

/** How exits look in every chart. */
export const exitSeries = {
  local: { name: 'local exit', colour: 'local', marker: 'circle' },
  edge: { name: 'edge exit', colour: 'edge', marker: 'triangle' },
  overall: { name: 'the site', colour: 'overall', marker: 'diamond' },
  cloud: { name: 'cloud exit', colour: 'cloud', marker: 'square' },
} as const satisfies Readonly<Record<string, Series>>;
