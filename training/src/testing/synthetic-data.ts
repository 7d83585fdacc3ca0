import type { DataSet } from '../data/data-set.js';
import { createRandom } from '../data/random.js';

/** How to make a synthetic set. */
export interface SyntheticOptions {
  readonly rows: number;
  readonly views: number;
  /** Height and width. */
  readonly side: number;
  readonly seed: number;
  /** Share of absent views; every row keeps one. Default 0. */
  readonly absent?: number;
}

/**
 * A small data set of gray pictures that a network can learn in seconds: dark ones with a bright *bar*, standing or
 * lying, or none at all; noise on top. For tests and first steps, not for figures.
 */
export function syntheticData({ rows, views, side, seed, absent = 0 }: SyntheticOptions): DataSet {
  const random = createRandom(seed);
  const classes = ['standing', 'lying', 'none'];
  const draw = (label: number): Uint8Array => {
    const place = 1 + Math.floor(random() * (side - 2));
    return Uint8Array.from({ length: side * side }, (_, i) => {
      const [y, x] = [Math.floor(i / side), i % side];
      const onBar = (label === 0 && x === place) || (label === 1 && y === place);
      return Math.floor((onBar ? 180 : 20) + 60 * random());
    });
  };
  const images = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: views }, (_, view) => {
      const image = draw(row % classes.length);
      return view !== row % views && random() < absent ? null : image;
    }),
  );
  return {
    file: 'synthetic',
    views,
    classes,
    rows: images.map((_, row) => ({ sample: `s${row}`, label: classes[row % classes.length] })),
    size: { width: side, height: side, channels: 1 },
    images,
    jpegBytes: images.map((row) => row.map(() => null)),
  };
}
