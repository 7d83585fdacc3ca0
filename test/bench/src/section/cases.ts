import type { Shape } from '@ddnn/model';

/** A device section to measure: ConvP blocks on pictures of one size. */
export interface SectionCase {
  readonly input: Shape & { readonly channels: 1 | 3 };
  /** Filters of each block. */
  readonly blocks: readonly number[];
}

const square = (side: number, channels: 1 | 3, ...blocks: number[]): SectionCase => ({
  input: { height: side, width: side, channels },
  blocks,
});

/** The paper's device, what larger pictures take, and the largest there are; gray pictures; two blocks. */
export const sectionCases: readonly SectionCase[] = [
  square(32, 3, 4),
  square(96, 3, 16),
  square(224, 3, 16),
  square(28, 1, 4),
  square(64, 3, 8, 16),
];

/** A size in words: `32x32`, with a third figure where pictures are gray. */
export function sizeName({ height, width, channels }: Shape): string {
  return channels === 3 ? `${height}x${width}` : `${height}x${width}x${channels}`;
}
