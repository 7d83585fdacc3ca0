import type { Image } from './image.js';

/**
 * Cuts the largest rectangle with the ratio `width : height` out of the picture's middle. If that is the whole picture,
 * it is returned and not copied.
 */
export function cropToAspect(image: Image, width: number, height: number): Image {
  const cutWidth = Math.max(1, Math.min(image.width, Math.floor((image.height * width) / height)));
  const cutHeight = Math.max(1, Math.min(image.height, Math.floor((image.width * height) / width)));
  if (cutWidth === image.width && cutHeight === image.height) return image;
  const left = Math.floor((image.width - cutWidth) / 2);
  const top = Math.floor((image.height - cutHeight) / 2);
  const data = new Uint8Array(cutWidth * cutHeight * 3);
  for (let row = 0; row < cutHeight; row++) {
    const from = ((top + row) * image.width + left) * 3;
    data.set(image.data.subarray(from, from + cutWidth * 3), row * cutWidth * 3);
  }
  return { width: cutWidth, height: cutHeight, data };
}
