import { cameras } from './cameras.js';
import { findCrop } from './crop.js';
import { dot } from './geometry.js';
import { Mesh } from './mesh.js';
import { Random } from './random.js';
import { Rasteriser } from './rasteriser.js';
import { buildScene, type Scene, type StreetClass } from './scene.js';
import { develop, drawExposure } from './sensor.js';
import { shadePicture } from './shading.js';
import { StreetError } from './street-error.js';
import { buildSurroundings, type Fixture } from './surroundings.js';

export interface StreetOptions {
  /** Whole number; it names the traffic, the light and the noise. The crossing and its cameras are always the same. */
  readonly seed: number;
  /** Side of a view in pixels, 8 to 256; 32 if left out. */
  readonly size?: number;
  /** How many of the six cameras take part, 1 to 6; 6 if left out. */
  readonly views?: number;
}

/** The truth about one sample, for people and statistics; the cameras do not know it. */
export interface StreetSample {
  readonly sample: number;
  readonly label: StreetClass;
  /** For example `saloon`, `minibus`, `person with umbrella`. */
  readonly kind: string;
  /** Metres east and north of the middle of the crossing, and radians from east towards north. */
  readonly x: number;
  readonly y: number;
  readonly heading: number;
  readonly light: string;
  /** The number of other vehicles and people about. */
  readonly traffic: number;
  /** All of it in one line. */
  readonly description: string;
}

/** Pixels drawn for one pixel of a view, along each side. */
const fine = 3;
/** A camera that sees less than this share of the object counts as not seeing it. */
const leastVisible = 0.16;
/** How often a camera misses an object for no reason of the scene. */
const dropOut = 0.03;
const compass = ['east', 'north-east', 'north', 'north-west', 'west', 'south-west', 'south', 'south-east'];

/**
 * A crossing seen by six cameras. Every picture depends only on seed, sample and view, and is the same on every engine.
 * So agents that each draw their own view agree on the scene without talking to one another.
 */
export class Street {
  readonly seed: number;
  readonly size: number;
  readonly views: number;

  readonly #mesh = new Mesh();
  readonly #raster: Rasteriser;
  readonly #picture: Float64Array;
  readonly #spare: Float64Array;
  #fixtures: Fixture[] | undefined;
  #fixed = 0;
  #current: { readonly sample: number; readonly scene: Scene } | undefined;

  /** @throws StreetError for an option out of range. */
  constructor({ seed, size = 32, views = cameras.length }: StreetOptions) {
    this.seed = whole('seed', seed, 0, Number.MAX_SAFE_INTEGER);
    this.size = whole('size', size, 8, 256);
    this.views = whole('views', views, 1, cameras.length);
    this.#raster = new Rasteriser(size * fine);
    this.#picture = new Float64Array(size * size * 3);
    this.#spare = new Float64Array(size * size * 3);
  }

  /** The truth about a sample (any whole number from 0). @throws StreetError for any other number. */
  sample(sample: number): StreetSample {
    const { label, kind, place, light, traffic } = this.#scene(sample);
    const towards = compass[Math.floor((place.heading / (2 * Math.PI)) * 8 + 0.5) & 7];
    return {
      sample,
      label,
      kind,
      ...place,
      light: light.name,
      traffic,
      description: `${kind} facing ${towards}, ${light.name}, ${traffic} others about`,
    };
  }

  /**
   * A camera's square crop around the object: RGB, row by row, size x size x 3 bytes. Null when the camera does not
   * see the object (an absent view). @throws StreetError for a sample or view that is none.
   */
  render(sample: number, view: number): Uint8Array<ArrayBuffer> | null {
    whole('view', view, 0, this.views - 1);
    const { object, others, casting, light } = this.#scene(sample);
    const camera = cameras[view]!;
    const random = new Random(this.seed, sample, 1 + view);
    const missed = random.chance(dropOut);
    const crop = findCrop(camera, this.#mesh, object, random);
    if (missed || !crop) return null;

    const raster = this.#raster;
    raster.aim(camera, crop);
    raster.draw(this.#mesh, object);
    const alone = this.#pixelsOf(object);
    for (const thing of others) raster.draw(this.#mesh, thing);
    if (alone === 0 || this.#pixelsOf(object) < leastVisible * alone) return null;
    for (const thing of casting) raster.shade(this.#mesh, thing, light.direction);

    shadePicture(raster, this.#mesh, light, camera, crop, this.#picture, this.size);
    const glare = Math.max(0, dot(camera.forward, light.direction)) * light.sun[0];
    return develop(this.#picture, this.#spare, this.size, drawExposure(random, light.level, glare), random);
  }

  /** The scene of a sample; the last one stays built, for a process that draws several views of it. */
  #scene(sample: number): Scene {
    if (this.#current?.sample === sample) return this.#current.scene;
    whole('sample', sample, 0, Number.MAX_SAFE_INTEGER);
    if (!this.#fixtures) {
      this.#fixtures = buildSurroundings(this.#mesh);
      this.#fixed = this.#mesh.faces;
    }
    this.#mesh.truncate(this.#fixed);
    const scene = buildScene(this.#mesh, this.#fixtures, new Random(this.seed, sample, 0));
    this.#current = { sample, scene };
    return scene;
  }

  #pixelsOf({ first, end }: { readonly first: number; readonly end: number }): number {
    let count = 0;
    for (const face of this.#raster.faces) if (face >= first && face < end) count++;
    return count;
  }
}

function whole(name: string, value: number, low: number, high: number): number {
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new StreetError(`Street: ${name} must be a whole number from ${low} to ${high}, not ${value}`);
}
