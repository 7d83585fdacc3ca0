import type { Camera, Crop } from './cameras.js';
import { cutAtDepth } from './clipping.js';
import type { Vector } from './geometry.js';
import type { Mesh, Thing } from './mesh.js';

/** Nothing nearer to a camera than this is drawn, metres. */
const near = 0.3;
const maximumCorners = 32;

/**
 * Finds out which face every pixel of a square crop shows (a visibility buffer). Colours come later, once for each
 * pixel.
 */
export class Rasteriser {
  readonly side: number;
  /** The face seen by each pixel, -1 for none. */
  readonly faces: Int32Array;
  /** The reciprocal of its distance along the camera's axis, 1/m; 0 for none. */
  readonly nearness: Float64Array;
  /** 1 where the ground lies in a shadow. */
  readonly shadows: Uint8Array;

  #camera!: Camera;
  #crop!: Crop;
  readonly #left: Float64Array;
  readonly #right: Float64Array;
  #count = 0;
  readonly #polygon = new Float64Array(3 * maximumCorners);
  readonly #clipped = new Float64Array(3 * maximumCorners);

  constructor(side: number) {
    this.side = side;
    this.faces = new Int32Array(side * side);
    this.nearness = new Float64Array(side * side);
    this.shadows = new Uint8Array(side * side);
    this.#left = new Float64Array(side);
    this.#right = new Float64Array(side);
  }

  /** Starts an empty picture. */
  aim(camera: Camera, crop: Crop): void {
    this.#camera = camera;
    this.#crop = crop;
    this.faces.fill(-1);
    this.nearness.fill(0);
    this.shadows.fill(0);
  }

  /** Draws a thing where it is nearer than what is there already. */
  draw(mesh: Mesh, thing: Thing): void {
    if (!this.#sees(thing.centre, thing.radius)) return;
    const { eye } = this.#camera;
    for (let face = thing.first; face < thing.end; face++) {
      const n = mesh.normals[face]!;
      const at = mesh.starts[face]! * 3;
      const c = mesh.corners;
      const offset = n[0] * (c[at]! - eye[0]) + n[1] * (c[at + 1]! - eye[1]) + n[2] * (c[at + 2]! - eye[2]);
      if (offset >= -1e-6) continue;
      this.#load(mesh, face);
      this.#fill(face, n, offset);
    }
  }

  /** Marks where a thing throws its shadow on the ground, for light from this direction. */
  shade(mesh: Mesh, thing: Thing, light: Vector): void {
    const slide = thing.centre[2] / light[2];
    const reach = slide * Math.sqrt(1 - light[2] * light[2]) + thing.radius / Math.max(0.2, light[2]);
    if (!this.#sees([thing.centre[0] - light[0] * slide, thing.centre[1] - light[1] * slide, 0], reach)) return;
    for (let face = thing.first; face < thing.end; face++) {
      const n = mesh.normals[face]!;
      if (n[0] * light[0] + n[1] * light[1] + n[2] * light[2] <= 0) continue;
      this.#load(mesh, face, light);
      this.#fill(-1);
    }
  }

  /**
   * Loads a face in camera coordinates (right, down, forward), cast onto the ground if a light is given; cuts it at the
   * near plane.
   */
  #load(mesh: Mesh, face: number, light?: Vector): void {
    const { eye, right, down, forward } = this.#camera;
    const first = mesh.starts[face]!;
    const count = mesh.starts[face + 1]! - first;
    const c = mesh.corners;
    const p = this.#polygon;
    let behind = false;
    for (let i = 0; i < count; i++) {
      const at = (first + i) * 3;
      const slide = light ? c[at + 2]! / light[2] : 0;
      const x = c[at]! - (light ? light[0] * slide : 0) - eye[0];
      const y = c[at + 1]! - (light ? light[1] * slide : 0) - eye[1];
      const z = (light ? 0 : c[at + 2]!) - eye[2];
      p[3 * i] = x * right[0] + y * right[1] + z * right[2];
      p[3 * i + 1] = x * down[0] + y * down[1] + z * down[2];
      const depth = x * forward[0] + y * forward[1] + z * forward[2];
      p[3 * i + 2] = depth;
      if (depth < near) behind = true;
    }
    this.#count = behind ? cutAtDepth(p, count, near, this.#clipped) : count;
  }

  /** Fills the loaded face row by row; without a normal it is a shadow. */
  #fill(face: number, normal?: Vector, offset = 1): void {
    const { side } = this;
    const { x: cx, y: cy, half } = this.#crop;
    const step = (2 * half) / side;
    const p = this.#polygon;
    const count = this.#count;
    if (count < 3) return;
    let top = Infinity;
    let bottom = -Infinity;
    for (let i = 0; i < count; i++) {
      const w = 1 / p[3 * i + 2]!;
      p[3 * i] = (p[3 * i]! * w - cx + half) / step;
      const y = (p[3 * i + 1]! * w - cy + half) / step;
      p[3 * i + 1] = y;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
    }
    const from = Math.max(0, Math.ceil(top - 0.5));
    const to = Math.min(side - 1, Math.ceil(bottom - 0.5) - 1);
    if (from > to) return;
    this.#left.fill(Infinity, from, to + 1);
    this.#right.fill(-Infinity, from, to + 1);
    for (let i = 0; i < count; i++) this.#edge(3 * i, 3 * ((i + 1) % count), from, to);
    let perX = 0;
    let perY = 0;
    let start = 0;
    if (normal) {
      const { right, down, forward } = this.#camera;
      const a = (normal[0] * right[0] + normal[1] * right[1] + normal[2] * right[2]) / offset;
      const b = (normal[0] * down[0] + normal[1] * down[1] + normal[2] * down[2]) / offset;
      const c = (normal[0] * forward[0] + normal[1] * forward[1] + normal[2] * forward[2]) / offset;
      perX = a * step;
      perY = b * step;
      start = a * (cx - half + 0.5 * step) + b * (cy - half + 0.5 * step) + c;
    }
    for (let y = from; y <= to; y++) {
      const x0 = Math.max(0, Math.ceil(this.#left[y]! - 0.5));
      const x1 = Math.min(side, Math.ceil(this.#right[y]! - 0.5));
      let at = y * side + x0;
      if (!normal) {
        for (let x = x0; x < x1; x++) this.shadows[at++] = 1;
        continue;
      }
      let w = start + perY * y + perX * x0;
      for (let x = x0; x < x1; x++) {
        if (w > this.nearness[at]!) {
          this.nearness[at] = w;
          this.faces[at] = face;
        }
        w += perX;
        at++;
      }
    }
  }

  /** Widens the rows' spans to an edge of the polygon. */
  #edge(a: number, b: number, from: number, to: number): void {
    const p = this.#polygon;
    const ya = p[a + 1]!;
    const yb = p[b + 1]!;
    if (ya === yb) return;
    const slope = (p[b]! - p[a]!) / (yb - ya);
    const first = Math.max(from, Math.ceil(Math.min(ya, yb) - 0.5));
    const last = Math.min(to, Math.ceil(Math.max(ya, yb) - 0.5) - 1);
    for (let y = first; y <= last; y++) {
      const x = p[a]! + slope * (y + 0.5 - ya);
      if (x < this.#left[y]!) this.#left[y] = x;
      if (x > this.#right[y]!) this.#right[y] = x;
    }
  }

  /** Whether a ball may reach into the crop. */
  #sees([x, y, z]: Vector, radius: number): boolean {
    const { eye, right, down, forward } = this.#camera;
    const { x: cx, y: cy, half } = this.#crop;
    const dx = x - eye[0];
    const dy = y - eye[1];
    const dz = z - eye[2];
    const depth = dx * forward[0] + dy * forward[1] + dz * forward[2];
    if (depth < near - radius) return false;
    const across = dx * right[0] + dy * right[1] + dz * right[2] - cx * depth;
    const under = dx * down[0] + dy * down[1] + dz * down[2] - cy * depth;
    // The planes of the crop are not perpendicular to its axis; 1.6 covers the steepest of them.
    const reach = half * Math.max(depth, 0) + 1.6 * radius;
    return Math.abs(across) <= reach && Math.abs(under) <= reach;
  }
}
