import jpeg from 'jpeg-js';
import type { Image } from './image.js';

/** The quality at which a picture is encoded where a JPEG of it is needed only for its size. */
const QUALITY = 90;

/** A picture as a JPEG file: what a camera would send if it sent pictures. Quality 90 of 100. */
export function encodeJpeg({ width, height, data }: Image): Uint8Array {
  const rgba = new Uint8Array(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel++) {
    rgba.set(data.subarray(pixel * 3, pixel * 3 + 3), pixel * 4);
    rgba[pixel * 4 + 3] = 255;
  }
  const { data: bytes } = jpeg.encode({ width, height, data: rgba }, QUALITY);
  return new Uint8Array(bytes);
}
