import type { Random } from './random.js';

/** What the sensor of one camera makes of the light at one instant. */
export interface Exposure {
  /** Factor on the light. */
  readonly gain: number;
  /** Stray light added everywhere, as a share of full scale. */
  readonly veil: number;
  /** Factors on red and blue. */
  readonly tint: readonly [red: number, blue: number];
  /** Times a 1-2-1 filter is passed over the picture. */
  readonly blur: number;
  /** Deviation of the noise in steps of the finished picture. */
  readonly noise: number;
}

/**
 * Draws the lots for one exposure; `level` is the brightness of the street, `glare` how straight the camera looks at
 * the sun.
 */
export function drawExposure(random: Random, level: number, glare: number): Exposure {
  return {
    gain: (0.9 / level) * random.between(0.75, 1.25),
    veil: glare * random.between(0.05, 0.2) + (random.chance(0.08) ? random.between(0.05, 0.2) : 0),
    tint: [random.between(0.9, 1.1), random.between(0.9, 1.1)],
    blur: Math.floor(random.between(0, 1.6)),
    noise: random.between(2, 5) + (level < 0.3 ? random.between(2, 6) : 0),
  };
}

/** Turns linear light (RGB, `size` x `size` x 3, changed on the way) into 8-bit pixels; `spare` has the same length. */
export function develop(
  picture: Float64Array,
  spare: Float64Array,
  size: number,
  exposure: Exposure,
  random: Random,
): Uint8Array<ArrayBuffer> {
  for (let pass = 0; pass < exposure.blur; pass++) {
    smooth(picture, spare, size, 3, size * 3);
    smooth(spare, picture, size, size * 3, 3);
  }
  const pixels = new Uint8Array(picture.length);
  const { gain, veil, noise } = exposure;
  const factors = [gain * exposure.tint[0], gain, gain * exposure.tint[1]];
  for (let i = 0; i < pixels.length; i++) {
    const light = Math.min(1, picture[i]! * factors[i % 3]! * (1 - veil) + veil * 0.6);
    // The square root stands for the sRGB curve.
    const value = 255 * Math.sqrt(light) + noise * random.bell();
    pixels[i] = Math.max(0, Math.min(255, Math.floor(value + 0.5)));
  }
  return pixels;
}

/** A 1-2-1 filter along one axis; `step` goes along it, `line` from one line to the next. */
function smooth(from: Float64Array, to: Float64Array, size: number, step: number, line: number): void {
  for (let j = 0; j < size; j++) {
    for (let i = 0; i < size; i++) {
      const before = i > 0 ? -step : 0;
      const after = i < size - 1 ? step : 0;
      const at = j * line + i * step;
      for (let k = at; k < at + 3; k++) to[k] = (from[k + before]! + 2 * from[k]! + from[k + after]!) / 4;
    }
  }
}
