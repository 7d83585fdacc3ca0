import type { TrainingSettings } from '@ddnn/model';
import type { DataSet } from './data-set.js';

/** Draws new random changes for a row's pictures; null: the view is absent. */
export type Augment = (row: number) => readonly (Uint8Array | null)[];

/** What is drawn once for each sample, because all of its cameras see the same object in the same light. */
interface Draw {
  readonly mirrored: boolean;
  /** Pixels to the right and down. */
  readonly right: number;
  readonly down: number;
  readonly brightness: number;
}

/**
 * Random changes of the training pictures that do not change the class: mirrored, moved and with another brightness,
 * the same for every view of a sample; and noise, different for each pixel. Results are bytes again, as cameras give
 * them. Where a move uncovers pixels, the border is repeated.
 *
 * @returns undefined: nothing is to be changed, and nothing is drawn from `random`
 */
export function augmentation(
  data: Pick<DataSet, 'images' | 'size'>,
  { flip = false, shift = 0, brightness = 0, noise = 0 }: NonNullable<TrainingSettings['augment']> = {},
  random: () => number,
): Augment | undefined {
  if (!flip && shift === 0 && brightness === 0 && noise === 0) return undefined;
  const within = (reach: number) => Math.floor(random() * (2 * reach + 1)) - reach;
  return (row) => {
    const draw: Draw = {
      mirrored: flip && random() < 0.5,
      right: shift > 0 ? within(shift) : 0,
      down: shift > 0 ? within(shift) : 0,
      brightness: brightness > 0 ? 1 + brightness * (2 * random() - 1) : 1,
    };
    return data.images[row].map((image) => {
      const changed = image && move(image, data.size, draw);
      if (changed && noise > 0) addNoise(changed, noise, random);
      return changed;
    });
  };
}

function move(
  image: Uint8Array,
  { width, height, channels }: DataSet['size'],
  { mirrored, right, down, brightness }: Draw,
): Uint8Array {
  const result = new Uint8Array(image.length);
  for (let y = 0, at = 0; y < height; y++) {
    const fromY = clamp(y - down, height - 1);
    for (let x = 0; x < width; x++) {
      const movedX = clamp(x - right, width - 1);
      const from = (fromY * width + (mirrored ? width - 1 - movedX : movedX)) * channels;
      for (let c = 0; c < channels; c++, at++) result[at] = clamp(Math.round(image[from + c] * brightness), 255);
    }
  }
  return result;
}

/** The standard deviation of a sum of four bytes. */
const SUM_DEVIATION = Math.sqrt((4 * (256 ** 2 - 1)) / 12);

/**
 * Nearly normal: the sum of the four bytes of one random number. A logarithm is not used, because it may differ between
 * engines.
 */
function addNoise(image: Uint8Array, deviation: number, random: () => number): void {
  const scale = deviation / SUM_DEVIATION;
  for (let i = 0; i < image.length; i++) {
    const bits = Math.floor(random() * 2 ** 32);
    const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);
    image[i] = clamp(Math.round(image[i] + scale * (sum - 510)), 255);
  }
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(most, value));
}
