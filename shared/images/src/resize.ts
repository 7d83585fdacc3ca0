import { type Image, ImageError } from './image.js';

/**
 * Resizes by exact area averaging: every new pixel is the mean of the part of the old picture that it covers, rounded
 * half up.
 *
 * All sums are whole numbers below 2^53, so the result is the same on every machine. The same size returns the picture
 * itself.
 *
 * @throws ImageError when the new size is not two whole numbers from 1
 */
export function resizeArea(image: Image, width: number, height: number): Image {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new ImageError('DDNN_IMAGE_SIZE', `cannot resize to ${width} x ${height}`);
  }
  if (width === image.width && height === image.height) return image;
  // The unit of length is chosen so that an old pixel is `width` wide and a new one `image.width`: so all overlaps are
  // whole numbers.
  const area = image.width * image.height;
  const rowLength = width * 3;
  const row = new Float64Array(rowLength);
  const sums = new Float64Array(rowLength);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    sums.fill(0);
    const top = y * image.height;
    const bottom = top + image.height;
    for (let oldY = Math.floor(top / height); oldY * height < bottom; oldY++) {
      const overlap = Math.min(bottom, (oldY + 1) * height) - Math.max(top, oldY * height);
      sumRow(image, oldY, width, row);
      for (let i = 0; i < rowLength; i++) sums[i]! += overlap * row[i]!;
    }
    for (let i = 0; i < rowLength; i++) data[y * rowLength + i] = Math.floor((2 * sums[i]! + area) / (2 * area));
  }
  return { width, height, data };
}

/** Sums one old row into `width` new pixels; the weights of each new pixel add up to `image.width`. */
function sumRow(image: Image, oldY: number, width: number, row: Float64Array): void {
  const start = oldY * image.width * 3;
  for (let x = 0; x < width; x++) {
    const left = x * image.width;
    const right = left + image.width;
    let red = 0;
    let green = 0;
    let blue = 0;
    for (let oldX = Math.floor(left / width); oldX * width < right; oldX++) {
      const overlap = Math.min(right, (oldX + 1) * width) - Math.max(left, oldX * width);
      const from = start + oldX * 3;
      red += overlap * image.data[from]!;
      green += overlap * image.data[from + 1]!;
      blue += overlap * image.data[from + 2]!;
    }
    row[x * 3] = red;
    row[x * 3 + 1] = green;
    row[x * 3 + 2] = blue;
  }
}

/**
 * The picture's samples as a section takes them: HWC with three channels (RGB, not copied) or one (gray).
 * Gray is the luma of ITU-R BT.601 in 16-bit integers, rounded half up.
 */
export function toChannels(image: Image, channels: 1 | 3): Uint8Array {
  const { data } = image;
  if (channels === 3) return data;
  const gray = new Uint8Array(image.width * image.height);
  for (let i = 0; i < gray.length; i++) {
    const from = i * 3;
    gray[i] = (19_595 * data[from]! + 38_470 * data[from + 1]! + 7_471 * data[from + 2]! + 32_768) >> 16;
  }
  return gray;
}
