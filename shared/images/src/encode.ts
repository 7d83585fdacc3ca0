import { encode } from 'fast-png';
import type { Image } from './image.js';

/** The picture as an 8-bit RGB PNG file: `decodeImage` gives the same pixels back. */
export function encodePng(image: Image): Uint8Array {
  return encode({ width: image.width, height: image.height, data: image.data, depth: 8, channels: 3 });
}
