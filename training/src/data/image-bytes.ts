import { encodePng, jpegSize } from '@ddnn/images';
import type { DataSet } from './data-set.js';

/** What the pictures themselves would cost: averages per view and sample; an absent view costs nothing. */
export interface ImageBytes {
  /** Pixels as the device section takes them. */
  readonly rawPerView: number;
  /**
   * JPEG: the view's own file if it is a JPEG of exactly this size, else encoded at quality 90. If more than a hundred
   * views must be encoded, only a hundred of them, spread over the set, are.
   */
  readonly jpegPerView: number;
}

const ENCODED_VIEWS = 100;
const encoded = new WeakMap<Uint8Array, number>();

/** The present views as PNG, gray ones as gray: average per view and sample, of a hundred views spread over the set. */
export function pngBytes({ images, size, views }: DataSet): number {
  const pictures = images.flat().filter((picture) => picture !== null);
  const { width, height, channels } = size;
  const sizes = spreadOut(pictures).map((data) => encodePng({ width, height, data }, channels).length);
  const sum = sizes.reduce((total, bytes) => total + bytes, 0);
  return ((sum / Math.max(1, sizes.length)) * pictures.length) / Math.max(1, images.length * views);
}

/** Counts the bytes of the present views of a data set; `lost` views cost nothing either. */
export function imageBytes({ images, jpegBytes, size, views }: DataSet, lost: readonly number[] = []): ImageBytes {
  let raw = 0;
  let jpeg = 0;
  const others: Uint8Array[] = [];
  for (const [row, pictures] of images.entries()) {
    for (const [view, picture] of pictures.entries()) {
      if (!picture || lost.includes(view)) continue;
      raw += picture.length;
      const file = jpegBytes[row][view];
      if (file === null) others.push(picture);
      else jpeg += file;
    }
  }
  const chosen = spreadOut(others);
  const sum = chosen.reduce((total, picture) => total + encodedSize(picture, size), 0);
  if (chosen.length > 0) jpeg += (sum / chosen.length) * others.length;
  const cells = Math.max(1, images.length * views);
  return { rawPerView: raw / cells, jpegPerView: jpeg / cells };
}

function spreadOut(pictures: readonly Uint8Array[]): Uint8Array[] {
  return pictures.filter((_, i) => i % Math.ceil(pictures.length / ENCODED_VIEWS) === 0);
}

function encodedSize(picture: Uint8Array, size: DataSet['size']): number {
  const known = encoded.get(picture);
  if (known !== undefined) return known;
  const bytes = jpegSize({ ...size, data: rgb(picture, size.channels) });
  encoded.set(picture, bytes);
  return bytes;
}

/** Pixels as RGB: a gray one three times. */
export function rgb(picture: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return picture;
  const out = new Uint8Array(picture.length * 3);
  for (let i = 0; i < picture.length; i++) out.fill(picture[i], i * 3, i * 3 + 3);
  return out;
}
