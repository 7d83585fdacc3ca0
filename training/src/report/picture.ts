import { encodePng, resizeArea } from '@ddnn/images';
import type { DataSet } from '../data/data-set.js';
import { rgb } from '../data/image-bytes.js';

/** A view larger than this is made smaller, so that a page stays light. Pixels a side. */
const LARGEST = 96;

/** A view as a PNG data URI, in RGB. */
export function pictureUri(pixels: Uint8Array, { width, height, channels }: DataSet['size']): string {
  const image = { width, height, data: rgb(pixels, channels) };
  const scale = Math.min(1, LARGEST / Math.max(width, height));
  const [w, h] = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
  const png = encodePng(scale < 1 ? resizeArea(image, w, h) : image);
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
}
