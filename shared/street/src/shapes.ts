import { along, cosine, cross, sine, unit, type Vector } from './geometry.js';
import type { Colour, Mesh, Surface } from './mesh.js';

/** A rectangle lying at one height of a thing's frame. */
export interface Level {
  readonly back: number;
  readonly front: number;
  readonly right: number;
  readonly left: number;
  readonly z: number;
}

/** Four corners seen from outside: bottom left, bottom right, top right, top left. */
export type Quad = readonly [Vector, Vector, Vector, Vector];

export interface Sides {
  readonly front: Quad;
  readonly back: Quad;
  readonly left: Quad;
  readonly right: Quad;
  readonly top: Quad;
}

/** A level centred on the middle line. */
export function level(back: number, front: number, width: number, z: number): Level {
  return { back, front, right: -width / 2, left: width / 2, z };
}

/** A box whose top may be smaller than its bottom; the bottom itself is never seen and left out. */
export function block(mesh: Mesh, low: Level, high: Level, paint: Colour, surface: Surface = 'plain'): Sides {
  const at = (l: Level, front: boolean, left: boolean): Vector => [
    front ? l.front : l.back,
    left ? l.left : l.right,
    l.z,
  ];
  const wall = (f0: boolean, l0: boolean, f1: boolean, l1: boolean): Quad => [
    at(low, f0, l0),
    at(low, f1, l1),
    at(high, f1, l1),
    at(high, f0, l0),
  ];
  const sides: Sides = {
    front: wall(true, false, true, true),
    back: wall(false, true, false, false),
    left: wall(true, true, false, true),
    right: wall(false, false, true, false),
    top: [at(high, false, false), at(high, true, false), at(high, true, true), at(high, false, true)],
  };
  for (const quad of [sides.front, sides.back, sides.left, sides.right]) mesh.face(quad, paint, surface);
  mesh.face(sides.top, paint);
  return sides;
}

/**
 * Part of a quad in another colour, from (u0, v0) to (u1, v1) as shares of its width and height, lifted off by 2 cm.
 */
export function panel(
  mesh: Mesh,
  quad: Quad,
  [u0, u1, v0, v1]: readonly [number, number, number, number],
  paint: Colour,
  surface: Surface = 'plain',
): void {
  const normal = unit(cross(along(quad[2], quad[0], -1), along(quad[3], quad[1], -1)));
  const at = (u: number, v: number): Vector => {
    const bottom = along(quad[0], along(quad[1], quad[0], -1), u);
    const top = along(quad[3], along(quad[2], quad[3], -1), u);
    return along(along(bottom, along(top, bottom, -1), v), normal, 0.02);
  };
  mesh.face([at(u0, v0), at(u1, v0), at(u1, v1), at(u0, v1)], paint, surface);
}

/** A round bar from one point to another, its thickness changing on the way, closed at the far end. */
export function bar(
  mesh: Mesh,
  from: Vector,
  to: Vector,
  radii: readonly [from: number, to: number],
  paint: Colour,
  { sides = 6, surface = 'plain' as Surface } = {},
): void {
  const axis = unit(along(to, from, -1));
  const across = unit(cross(axis, Math.abs(axis[2]) > 0.9 ? [1, 0, 0] : [0, 0, 1]));
  const other = cross(axis, across);
  const ring = (centre: Vector, radius: number): Vector[] =>
    Array.from({ length: sides }, (_, i) => {
      const angle = (2 * Math.PI * i) / sides;
      return along(along(centre, across, radius * cosine(angle)), other, radius * sine(angle));
    });
  const near = ring(from, radii[0]);
  const far = ring(to, radii[1]);
  for (let i = 0; i < sides; i++) {
    const j = (i + 1) % sides;
    mesh.face([near[i]!, near[j]!, far[j]!, far[i]!], paint, surface);
  }
  if (radii[1] > 0) mesh.face(far, paint, surface);
}

/** A rough ball: three bars stacked upright. */
export function ball(mesh: Mesh, [x, y, z]: Vector, radius: number, paint: Colour, surface: Surface = 'plain'): void {
  const shape = { sides: 7, surface };
  const wide = radius * 0.92;
  bar(mesh, [x, y, z - radius], [x, y, z - radius * 0.4], [radius * 0.3, wide], paint, shape);
  bar(mesh, [x, y, z - radius * 0.4], [x, y, z + radius * 0.4], [wide, wide], paint, shape);
  bar(mesh, [x, y, z + radius * 0.4], [x, y, z + radius], [wide, radius * 0.3], paint, shape);
}
