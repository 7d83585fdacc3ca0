import type { Camera, Crop } from './cameras.js';
import type { Mesh, Thing } from './mesh.js';
import type { Random } from './random.js';

/** A detector needs this many sensor pixels of an object, and this share of it within the picture. */
const smallest = 20;
const leastInside = 0.5;

/**
 * The square that a detector would cut out around a thing: never exactly centred, with more or less margin, moved into
 * the camera's picture. Null: too little of the thing is in the picture.
 */
export function findCrop(camera: Camera, mesh: Mesh, thing: Thing, random: Random): Crop | null {
  // All random numbers are drawn first, so that their count never depends on the scene.
  const margin = random.between(0.95, 1.5);
  const offX = random.between(-0.14, 0.14);
  const offY = random.between(-0.14, 0.14);
  const { eye, right, down, forward, halfWidth, halfHeight } = camera;
  let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let corner = mesh.starts[thing.first]!; corner < mesh.starts[thing.end]!; corner++) {
    const x = mesh.corners[3 * corner]! - eye[0];
    const y = mesh.corners[3 * corner + 1]! - eye[1];
    const z = mesh.corners[3 * corner + 2]! - eye[2];
    const depth = x * forward[0] + y * forward[1] + z * forward[2];
    if (depth < 1) return null;
    const u = (x * right[0] + y * right[1] + z * right[2]) / depth;
    const v = (x * down[0] + y * down[1] + z * down[2]) / depth;
    x0 = Math.min(x0, u);
    x1 = Math.max(x1, u);
    y0 = Math.min(y0, v);
    y1 = Math.max(y1, v);
  }
  const whole = (x1 - x0) * (y1 - y0);
  x0 = Math.max(x0, -halfWidth);
  x1 = Math.min(x1, halfWidth);
  y0 = Math.max(y0, -halfHeight);
  y1 = Math.min(y1, halfHeight);
  if (x1 <= x0 || y1 <= y0 || (x1 - x0) * (y1 - y0) < leastInside * whole) return null;
  const side = Math.max(x1 - x0, y1 - y0);
  if (side < smallest * camera.pixel) return null;
  const half = Math.min((side * margin) / 2, halfHeight);
  return {
    x: inside((x0 + x1) / 2 + offX * side, halfWidth - half),
    y: inside((y0 + y1) / 2 + offY * side, halfHeight - half),
    half,
  };
}

function inside(value: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, value));
}
