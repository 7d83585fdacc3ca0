import { cosine, cross, sine, type Vector } from './geometry.js';

/** Red, green and blue as shares of the light a surface throws back (linear, 0 to 1). */
export type Colour = readonly [red: number, green: number, blue: number];

/** The linear colour of a web colour such as 0xcc2200. Squaring stands for the sRGB curve. */
export function colour(web: number): Colour {
  const channel = (shift: number) => (((web >> shift) & 255) / 255) * (((web >> shift) & 255) / 255);
  return [channel(16), channel(8), channel(0)];
}

/** What a face looks like from close up. */
export type Surface = 'plain' | 'glass' | 'glowing' | 'facade' | 'leaves';

/** Consecutive faces that form one thing of the street, with a ball around it. */
export interface Thing {
  readonly first: number;
  readonly end: number;
  readonly centre: Vector;
  readonly radius: number;
}

/** Convex flat faces in world coordinates, counter-clockwise seen from outside. Grows while a scene is built. */
export class Mesh {
  /** x, y, z of every corner of every face. */
  readonly corners: number[] = [];
  /** The first corner of every face, and one past the last. */
  readonly starts: number[] = [0];
  readonly normals: Vector[] = [];
  readonly colours: Colour[] = [];
  readonly surfaces: Surface[] = [];

  #x = 0;
  #y = 0;
  #cosine = 1;
  #sine = 0;
  #first = 0;

  get faces(): number {
    return this.normals.length;
  }

  /** Forgets all faces from this one on. */
  truncate(faces: number): void {
    this.starts.length = faces + 1;
    this.corners.length = this.starts[faces]! * 3;
    this.normals.length = faces;
    this.colours.length = faces;
    this.surfaces.length = faces;
  }

  /** Starts a thing: faces added from here on have its frame, x forward, y to its left, z up from the ground. */
  begin(x: number, y: number, heading: number): void {
    this.#x = x;
    this.#y = y;
    this.#cosine = cosine(heading);
    this.#sine = sine(heading);
    this.#first = this.faces;
  }

  /** Adds a face given in the frame of the thing. */
  face(points: readonly Vector[], paint: Colour, surface: Surface = 'plain'): void {
    const at = this.corners.length;
    for (const [x, y, z] of points) {
      this.corners.push(this.#x + x * this.#cosine - y * this.#sine, this.#y + x * this.#sine + y * this.#cosine, z);
    }
    // The diagonals of a convex face give its normal even where two of its corners meet.
    const last = at + 3 * (points.length - 1);
    const first = this.#between(at, at + 6);
    const second = this.#between(at + 3, last);
    const n = cross(first, second);
    const length = Math.sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]) || 1;
    this.normals.push([n[0] / length, n[1] / length, n[2] / length]);
    this.colours.push(paint);
    this.surfaces.push(surface);
    this.starts.push(this.corners.length / 3);
  }

  /** Ends the thing begun last. */
  end(): Thing {
    const { corners, starts } = this;
    const from = starts[this.#first]! * 3;
    const low = [Infinity, Infinity, Infinity];
    const high = [-Infinity, -Infinity, -Infinity];
    for (let i = from; i < corners.length; i++) {
      const axis = (i - from) % 3;
      low[axis] = Math.min(low[axis]!, corners[i]!);
      high[axis] = Math.max(high[axis]!, corners[i]!);
    }
    const half = [0, 1, 2].map((axis) => (high[axis]! - low[axis]!) / 2);
    const centre: Vector = [low[0]! + half[0]!, low[1]! + half[1]!, low[2]! + half[2]!];
    const radius = Math.sqrt(half[0]! * half[0]! + half[1]! * half[1]! + half[2]! * half[2]!);
    return { first: this.#first, end: this.faces, centre, radius };
  }

  #between(a: number, b: number): Vector {
    const c = this.corners;
    return [c[b]! - c[a]!, c[b + 1]! - c[a + 1]!, c[b + 2]! - c[a + 2]!];
  }
}
