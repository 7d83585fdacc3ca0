import { along, cross, unit, type Vector } from './geometry.js';

/** A fixed camera without lens distortion. Positions in its picture are tangents, right and down from the middle. */
export interface Camera {
  readonly eye: Vector;
  readonly forward: Vector;
  readonly right: Vector;
  readonly down: Vector;
  /** Tangents of half the field of view. */
  readonly halfWidth: number;
  readonly halfHeight: number;
  /** The tangent that one pixel of the sensor covers, in the middle of the picture. */
  readonly pixel: number;
}

/** A square part of a camera's picture. */
export interface Crop {
  readonly x: number;
  readonly y: number;
  /** Half the square's side. */
  readonly half: number;
}

const sensorWidth = 640;

function camera(eye: Vector, target: Vector, halfWidth: number): Camera {
  const forward = unit(along(target, eye, -1));
  const right = unit(cross(forward, [0, 0, 1]));
  const down = cross(forward, right);
  return {
    eye,
    forward,
    right,
    down,
    halfWidth,
    halfHeight: (halfWidth * 3) / 4,
    pixel: (2 * halfWidth) / sensorWidth,
  };
}

/** The six cameras of the crossing on their poles, going round it; heights, aims and lenses differ. */
export const cameras: readonly Camera[] = [
  camera([10.5, 13.5, 3.4], [0, -1, 0.8], 0.66),
  camera([-8.5, 16, 5.6], [1, 0, 0.8], 0.5),
  camera([-16, 8, 2.7], [1, -1, 1], 0.56),
  camera([-10.5, -13, 4.4], [0, 1, 0.8], 0.72),
  camera([8, -17, 6.2], [-1, 0, 0.6], 0.52),
  camera([16.5, -7.5, 3], [-1, 1, 1], 0.58),
];
