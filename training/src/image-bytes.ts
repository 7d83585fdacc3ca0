import { encodeJpeg } from '@ddnn/images';
import type { DataSet } from './data-set.js';

/** What the pictures themselves would cost: averages per view and sample; an absent view costs nothing. */
export interface ImageBytes {
  /** Pixels as the device section takes them. */
  readonly rawPerView: number;
  /** JPEG: the view's own file where it is a JPEG of just that size, else encoded at quality 90. */
  readonly jpegPerView: number;
}

/** Counts the present views of a data set; `lost` views cost nothing either. */
export function imageBytes({ images, jpegBytes, size, views }: DataSet, lost: readonly number[] = []): ImageBytes {
  let raw = 0;
  let jpeg = 0;
  for (const [row, pictures] of images.entries()) {
    for (const [view, picture] of pictures.entries()) {
      if (!picture || lost.includes(view)) continue;
      raw += picture.length;
      jpeg += jpegBytes[row][view] ?? encodeJpeg({ ...size, data: rgb(picture, size.channels) }).length;
    }
  }
  const cells = Math.max(1, images.length * views);
  return { rawPerView: raw / cells, jpegPerView: jpeg / cells };
}

function rgb(picture: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return picture;
  const out = new Uint8Array(picture.length * 3);
  for (let i = 0; i < picture.length; i++) out.fill(picture[i], i * 3, i * 3 + 3);
  return out;
}
