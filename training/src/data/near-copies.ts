import { type Image, resizeArea, toChannels } from '@ddnn/images';
import { groupedBy } from './grouped-by.js';

const SIDE = 8;
/** Values of one thumbnail. */
export const THUMBNAIL = SIDE * SIDE;
/**
 * Two rows are near copies where their pictures differ by less than this share of their contrast. On the EPFL
 * recordings (Roig et al., ICCV 2011) a parked car in two frames differs by 0.02 to 0.08, two persons by more than 0.3;
 * two objects of one category of ETH-80 (Leibe and Schiele, CVPR 2003) by more than 0.15.
 */
export const NEAR_COPY = 0.08;
/**
 * Noise of a camera, in squared gray levels per pixel: without it, pictures without contrast would differ by noise
 * alone.
 */
const NOISE = 1;
/** Most multiplications (some seconds). If more would be needed, only some rows, evenly spread, are compared. */
const BUDGET = 5e9;

/** A row's present views as one vector. */
export interface RowThumbnail {
  /** Bit v is set: view v is present. Rows seen by different cameras are not copies. */
  readonly mask: number;
  /** 8 x 8 gray values for each present view, minus the view's mean; none if a view can't be read. */
  readonly values: Float32Array;
}

/** A row and the row most like it in another part. */
export interface NearCopy {
  readonly row: number;
  readonly of: number;
  /** 0: they are the same; below {@link NEAR_COPY}: near copies. */
  readonly distance: number;
}

/** A picture as 8 x 8 gray values without their mean, so that light does not count. */
export function thumbnail(image: Image): Float32Array {
  const gray = toChannels(resizeArea(image, SIDE, SIDE), 1);
  const mean = gray.reduce((sum, value) => sum + value, 0) / THUMBNAIL;
  return Float32Array.from(gray, (value) => value - mean);
}

/**
 * Finds the rows that have a near copy in a reference part.
 *
 * @param thumbnails of every row
 * @param rows where copies are looked for
 * @param reference where the originals would be
 * @returns the copies in the order of `rows`, and the rows that were compared: all, or as many as the budget allows
 */
export function findNearCopies(
  thumbnails: readonly RowThumbnail[],
  rows: readonly number[],
  reference: readonly number[],
  budget = BUDGET,
): { copies: NearCopy[]; compared: number[] } {
  const measured = thumbnails.map(({ values }) => Math.sqrt(energy(values)));
  const comparable = (row: number) => thumbnails[row].values.length > 0;
  const ofMask = groupedBy(reference.filter(comparable), (row) => thumbnails[row].mask);
  const originals = (row: number) => ofMask.get(thumbnails[row].mask) ?? [];
  const looked = rows.filter(comparable);
  const work = looked.reduce((sum, row) => sum + originals(row).length * thumbnails[row].values.length, 0);
  const step = Math.ceil(work / budget) || 1;
  const compared = looked.filter((_, i) => i % step === 0);
  const copies: NearCopy[] = [];
  for (const row of compared) {
    let bound = NEAR_COPY;
    let nearest = -1;
    for (const other of originals(row)) {
      const distance = distanceBelow(
        thumbnails[row].values,
        thumbnails[other].values,
        measured[row],
        measured[other],
        bound,
      );
      if (distance === undefined) continue;
      bound = distance;
      nearest = other;
    }
    if (nearest >= 0) copies.push({ row, of: nearest, distance: bound });
  }
  return { copies, compared };
}

/**
 * Difference of two vectors, relative to their contrast; undefined as soon as it is known not to be below the bound.
 */
function distanceBelow(
  some: Float32Array,
  others: Float32Array,
  someLength: number,
  otherLength: number,
  bound: number,
): number | undefined {
  const contrast = someLength ** 2 + otherLength ** 2 + NOISE * some.length;
  const limit = bound ** 2 * contrast;
  // The difference of two vectors is at least the difference of their lengths.
  if ((someLength - otherLength) ** 2 >= limit) return undefined;
  let sum = 0;
  for (let start = 0; start < some.length; start += THUMBNAIL) {
    for (let i = start; i < start + THUMBNAIL; i++) sum += (some[i] - others[i]) ** 2;
    if (sum >= limit) return undefined;
  }
  return Math.sqrt(sum / contrast);
}

function energy(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum;
}
