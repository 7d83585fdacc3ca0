import { askSubsets, type LostViews, type MissingAccuracy, missingExits, ViewSubset } from './lost-views.js';
import type { Tiers } from './tiers.js';

/** All ways to lose this many views. */
export interface LostCount {
  readonly mean: MissingAccuracy;
  /** The lowest accuracy of each exit; it may come from different views. */
  readonly worst: MissingAccuracy;
  readonly views: readonly LostViews[];
}

/** Accuracy with no, one, two and three views taken out at run time, same weights; as many as leave a view. */
export interface MissingTable {
  readonly none: LostViews;
  readonly one?: LostCount;
  readonly two?: LostCount;
  readonly three?: LostCount;
  /** Mean share of samples that no remaining camera sees. */
  readonly unseen: Readonly<Partial<Record<LostKey, number>>>;
}

const counts = { one: 1, two: 2, three: 3 } as const;
type LostKey = keyof typeof counts;

/**
 * At most this many ways to lose k views are tried, spread evenly over all. Six views have at most 20 ways, 32 have
 * 4,960.
 */
const MOST_SUBSETS = 128;

/**
 * Takes every single view, every pair and every three out of every sample. The device sections run once for each
 * sample, and if views are often absent, most subsets share their answer with another.
 */
export class MissingViews {
  readonly #none = new ViewSubset([]);
  readonly #counts: ReadonlyMap<LostKey, readonly ViewSubset[]>;

  /** @param views of the network */
  constructor(views: number) {
    const possible = Object.entries(counts).filter(([, lost]) => lost < views) as [LostKey, number][];
    this.#counts = new Map(
      possible.map(([key, lost]) => [key, thinned(subsets(views, lost)).map((s) => new ViewSubset(s))]),
    );
  }

  /** Asks every exit about one sample with each subset of its views gone. */
  add(tiers: Tiers, images: readonly (Uint8Array | null)[], classIndex: number): void {
    tiers.present(images);
    askSubsets(tiers, [this.#none, ...[...this.#counts.values()].flat()], classIndex);
  }

  /** The table of the samples so far. */
  result(): MissingTable {
    const lists = [...this.#counts].map(([key, list]) => [key, list.map((subset) => subset.result())] as const);
    const unseen = lists.map(([key, views]) => [key, mean(views.map((view) => view.unseen))]);
    const summed = lists.map(([key, views]) => {
      const over = (join: (values: number[]) => number): MissingAccuracy => {
        const has = missingExits.filter((exit) => views.some((view) => view[exit] !== undefined));
        return Object.fromEntries(has.map((exit) => [exit, join(views.flatMap((view) => view[exit] ?? []))]));
      };
      return [key, { mean: over(mean), worst: over((values) => Math.min(...values)), views }];
    });
    return { none: this.#none.result(), ...Object.fromEntries(summed), unseen: Object.fromEntries(unseen) };
  }
}

/** Every way to take `count` of the views 0 to `views` - 1, in order. */
function subsets(views: number, count: number, from = 0): number[][] {
  if (count === 0) return [[]];
  const firsts = Array.from({ length: Math.max(0, views - from - count + 1) }, (_, i) => from + i);
  return firsts.flatMap((first) => subsets(views, count - 1, first + 1).map((rest) => [first, ...rest]));
}

function thinned<T>(all: readonly T[]): T[] {
  const kept = Math.min(all.length, MOST_SUBSETS);
  return Array.from({ length: kept }, (_, i) => all[Math.floor((i * all.length) / kept)]);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
