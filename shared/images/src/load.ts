import { readFile, stat } from 'node:fs/promises';
import { cropToAspect } from './crop.js';
import { decodeImage } from './decode.js';
import { type Image, ImageError } from './image.js';
import { resizeArea, toChannels } from './resize.js';

/** A larger image file is refused before it is read: no picture of 16 million pixels needs more. */
export const MAX_FILE_BYTES = 128 * 2 ** 20;

/** What a device section takes: pixels wide, pixels high, and 1 (gray) or 3 (RGB) channels. */
export interface ViewSize {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}

/**
 * Reads one view of a sample from an image file: decoded, cut to the aspect around its middle, resized, channels
 * chosen.
 *
 * @returns `height * width * channels` bytes, HWC
 * @throws ImageError when the file cannot be read or is not a complete PNG or JPEG
 */
export async function loadView(file: string, size: ViewSize): Promise<Uint8Array> {
  return fitView(await loadImage(file), size);
}

/** What `loadView` does to a decoded picture: an agent's camera pictures go the same way as recorded ones. */
export function fitView(image: Image, { width, height, channels }: ViewSize): Uint8Array {
  return toChannels(resizeArea(cropToAspect(image, width, height), width, height), channels);
}

/** Reads and decodes an image file. @throws ImageError */
export async function loadImage(file: string): Promise<Image> {
  return decodeImage(await readImageFile(file), file);
}

/** The bytes of an image file of at most {@link MAX_FILE_BYTES}. @throws ImageError */
export async function readImageFile(file: string): Promise<Uint8Array> {
  try {
    const found = await stat(file);
    // A pipe or a device has no size, and may have no end.
    if (!found.isFile()) throw new Error('it is no file');
    if (found.size <= MAX_FILE_BYTES) return await readFile(file);
  } catch (cause) {
    throw new ImageError('DDNN_IMAGE_FILE', `${file}: cannot be read: ${(cause as Error).message}`, { cause });
  }
  throw new ImageError('DDNN_IMAGE_SIZE', `${file}: is too large: more than ${MAX_FILE_BYTES} bytes`);
}
