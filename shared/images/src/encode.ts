import { encode } from 'fast-png';
import type { Image } from './image.js';

/** The picture as an 8-bit PNG file: `decodeImage` gives the same pixels back. @param channels of its data; 1: gray */
export function encodePng(image: Image, channels: 1 | 3 = 3): Uint8Array {
  return encode({ width: image.width, height: image.height, data: image.data, depth: 8, channels });
}
