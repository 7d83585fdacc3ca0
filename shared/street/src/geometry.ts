/** A point or direction in metres: x east, y north, z up. */
export type Vector = readonly [x: number, y: number, z: number];

const turn = 2 * Math.PI;

/**
 * Sine by a polynomial. `Math.sin` may differ in its last bit between engines, and one bit can move an edge by a pixel.
 * Sums, products and square roots are the same everywhere. The error is below 1e-7.
 */
export function sine(angle: number): number {
  let x = angle - turn * Math.floor(angle / turn + 0.5);
  if (x > Math.PI / 2) x = Math.PI - x;
  else if (x < -Math.PI / 2) x = -Math.PI - x;
  const s = x * x;
  return x * (1 + (s / -6) * (1 + (s / -20) * (1 + (s / -42) * (1 + (s / -72) * (1 + s / -110)))));
}

/** Cosine, as exact as {@link sine}. */
export function cosine(angle: number): number {
  return sine(angle + Math.PI / 2);
}

export function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

/** a + b * factor. */
export function along(a: Vector, b: Vector, factor: number): Vector {
  return [a[0] + b[0] * factor, a[1] + b[1] * factor, a[2] + b[2] * factor];
}

/** The same direction with length 1. */
export function unit(a: Vector): Vector {
  const length = Math.sqrt(dot(a, a));
  return [a[0] / length, a[1] / length, a[2] / length];
}
