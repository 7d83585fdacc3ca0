import { decodeJpeg, isJpeg } from './decode-jpeg.js';
import { decodePng, isPng } from './decode-png.js';
import { type Image, ImageError } from './image.js';

/**
 * Pictures with more pixels are refused by their header, before anything is allocated for them. (A Pi camera has 12
 * million.) A picture of exactly this size takes up to 260 MB while it is decoded.
 */
const MAX_PIXELS = 16_000_000;

/**
 * Decodes a PNG or a JPEG to 8-bit RGB, without a native module: the same pixels on every machine.
 *
 * Transparent pixels are composited on black, 16-bit samples are rounded to 8 bits, and the picture is turned upright
 * as EXIF says. Colour profiles and gamma are ignored: a camera's network sees bare pixels too.
 *
 * @param bytes the whole file
 * @param name what error messages call it, usually its path
 * @throws ImageError for anything but a complete picture
 */
export function decodeImage(bytes: Uint8Array, name: string): Image {
  if (isPng(bytes)) return decodePng(bytes, name, MAX_PIXELS);
  if (isJpeg(bytes)) return decodeJpeg(bytes, name, MAX_PIXELS);
  const first = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const found = bytes.length === 0 ? 'it is empty' : `it starts with ${first}`;
  throw new ImageError('DDNN_IMAGE_UNKNOWN_FORMAT', `${name}: neither a PNG nor a JPEG: ${found}`);
}
