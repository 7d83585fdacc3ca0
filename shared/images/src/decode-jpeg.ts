import jpeg from 'jpeg-js';
import { type Image, ImageError } from './image.js';

/** The decoder's own working memory, coefficients included, for one picture. */
const MAX_MEMORY_MB = 512;

/** Whether the bytes begin as a JPEG does (ITU T.81: SOI, then a marker). */
export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

/** Decodes a baseline or progressive JPEG; gray pictures get three equal channels. A truncated file is refused. */
export function decodeJpeg(bytes: Uint8Array, name: string, maxPixels: number): Image {
  let decoded: { width: number; height: number; data: Uint8Array };
  try {
    decoded = jpeg.decode(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      tolerantDecoding: false,
      maxResolutionInMP: maxPixels / 1e6,
      maxMemoryUsageInMB: MAX_MEMORY_MB,
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    if (/maxResolutionInMP|maxMemoryUsageInMB/.test(reason)) {
      throw new ImageError('DDNN_IMAGE_SIZE', `${name}: JPEG of more than ${maxPixels} pixels is refused`, { cause });
    }
    const why = `JPEG is damaged or cut off (${bytes.length} bytes): ${reason}`;
    throw new ImageError('DDNN_IMAGE_BROKEN', `${name}: ${why}`, { cause });
  }
  const { width, height, data } = decoded;
  if (width === 0 || height === 0) {
    throw new ImageError('DDNN_IMAGE_SIZE', `${name}: JPEG of ${width} x ${height} has no pixels`);
  }
  return { width, height, data };
}
