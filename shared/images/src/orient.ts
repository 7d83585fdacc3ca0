import type { Image } from './image.js';

/**
 * Turns a picture as its orientation of 1 to 8 asks for (EXIF 2.32, 4.6.4 A): 2 mirrored, 3 by half a turn, 4 upside
 * down and mirrored, 5 to 8 with rows and columns exchanged. 1 returns the picture itself.
 */
export function orient(image: Image, orientation: number): Image {
  if (orientation === 1) return image;
  const exchanged = orientation >= 5;
  const width = exchanged ? image.height : image.width;
  const height = exchanged ? image.width : image.height;
  // Where the old first row and the old first column go.
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const fromBottom = [3, 4, 6, 7].includes(orientation);
  const data = new Uint8Array(image.data.length);
  let to = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const oldX = exchanged ? y : x;
      const oldY = exchanged ? x : y;
      const column = fromRight ? image.width - 1 - oldX : oldX;
      const row = fromBottom ? image.height - 1 - oldY : oldY;
      const from = (row * image.width + column) * 3;
      data[to++] = image.data[from]!;
      data[to++] = image.data[from + 1]!;
      data[to++] = image.data[from + 2]!;
    }
  }
  return { width, height, data };
}
