import { type Image, ImageError } from './image.js';

/** A rectangle in pixels, its corner at the top left; all four are whole numbers. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Cuts a square out of the picture.
 *
 * Without a box: the largest square in the middle. With one, such as a detector's: the square around the box's middle
 * as wide as its longer side, moved inside the picture, and no larger than the picture's shorter side.
 *
 * @throws ImageError when the box has no area or reaches outside the picture
 */
export function cropSquare(image: Image, box?: Box): Image {
  if (box === undefined) return cropToAspect(image, 1, 1);
  checkBox(image, box);
  const side = Math.min(Math.max(box.width, box.height), image.width, image.height);
  const place = (start: number, length: number, limit: number) =>
    Math.min(Math.max(start + Math.floor((length - side) / 2), 0), limit - side);
  return crop(image, {
    x: place(box.x, box.width, image.width),
    y: place(box.y, box.height, image.height),
    width: side,
    height: side,
  });
}

/** Cuts the largest rectangle with the ratio `width : height` out of the picture's middle. */
export function cropToAspect(image: Image, width: number, height: number): Image {
  const cutWidth = Math.max(1, Math.min(image.width, Math.floor((image.height * width) / height)));
  const cutHeight = Math.max(1, Math.min(image.height, Math.floor((image.width * height) / width)));
  return crop(image, {
    x: Math.floor((image.width - cutWidth) / 2),
    y: Math.floor((image.height - cutHeight) / 2),
    width: cutWidth,
    height: cutHeight,
  });
}

/**
 * Cuts the box out of the picture. The whole picture is returned as it is, not copied.
 *
 * @throws ImageError when the box has no area or reaches outside the picture
 */
export function crop(image: Image, box: Box): Image {
  checkBox(image, box);
  const { x, y, width, height } = box;
  if (width === image.width && height === image.height) return image;
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const from = ((y + row) * image.width + x) * 3;
    data.set(image.data.subarray(from, from + width * 3), row * width * 3);
  }
  return { width, height, data };
}

function checkBox(image: Image, { x, y, width, height }: Box): void {
  const whole = [x, y, width, height].every(Number.isInteger);
  const inside =
    x >= 0 && y >= 0 && width >= 1 && height >= 1 && x + width <= image.width && y + height <= image.height;
  if (whole && inside) return;
  const box = `${width} x ${height} at ${x},${y}`;
  throw new ImageError('DDNN_IMAGE_BOX', `the box ${box} is not inside a picture of ${image.width} x ${image.height}`);
}
