import { type Colour, colour, type Mesh } from './mesh.js';
import type { Random } from './random.js';
import { block, level, panel, type Sides } from './shapes.js';
import { wheels } from './wheel.js';

export type CarKind = 'hatchback' | 'saloon' | 'estate' | 'off-roader' | 'van';

/** Metres; `deck` is the height of the bonnet, `cabin` where the cabin begins and ends at its foot and roof. */
export interface CarShape {
  readonly kind: CarKind;
  readonly length: number;
  readonly width: number;
  readonly height: number;
  readonly deck: number;
  readonly cabin: { readonly foot: readonly [number, number]; readonly roof: readonly [number, number] };
  readonly paint: Colour;
  /** A van may be closed behind its doors or have windows all along, which makes it look like a minibus. */
  readonly windows: 'all' | 'front';
  readonly lights: boolean;
}

const paints = [
  0xd8d8d6, 0xf2f2f0, 0x2a2c30, 0x4b4f55, 0x8b9096, 0xa81c1c, 0x24427e, 0x1e5a3a, 0xc9a227, 0x6e3b22, 0x3f87b5,
  0xc86420,
].map(colour);
const glass = colour(0x2b333a);
const dark = colour(0x26262a);
const lamp = colour(0xf4f0d8);
const tail = colour(0xb01414);

/** Where cabins begin and end, as shares of the length from the back, and ranges of length and height. */
const bodies: Record<
  CarKind,
  { length: [number, number]; height: [number, number]; foot: [number, number]; roof: [number, number] }
> = {
  hatchback: { length: [3.5, 4.2], height: [1.4, 1.55], foot: [0.02, 0.74], roof: [0.1, 0.55] },
  saloon: { length: [4.3, 5], height: [1.38, 1.5], foot: [0.14, 0.72], roof: [0.28, 0.54] },
  estate: { length: [4.4, 4.9], height: [1.42, 1.6], foot: [0.01, 0.72], roof: [0.06, 0.55] },
  'off-roader': { length: [4.2, 4.9], height: [1.65, 1.95], foot: [0.01, 0.72], roof: [0.05, 0.6] },
  van: { length: [4.5, 5.5], height: [1.9, 2.35], foot: [0, 0.9], roof: [0.01, 0.76] },
};

/** Draws the lots for a car. */
export function carShape(random: Random, lights: boolean): CarShape {
  const kind = random.pick<CarKind>(['hatchback', 'hatchback', 'saloon', 'saloon', 'estate', 'off-roader', 'van']);
  const body = bodies[kind];
  const length = random.between(...body.length);
  const height = random.between(...body.height);
  const share = (s: number) => (s - 0.5) * length;
  return {
    kind,
    length,
    height,
    width: kind === 'van' ? random.between(1.85, 2.15) : random.between(1.65, 1.9),
    deck: kind === 'van' ? random.between(0.95, 1.15) : height * random.between(0.58, 0.65),
    cabin: { foot: [share(body.foot[0]), share(body.foot[1])], roof: [share(body.roof[0]), share(body.roof[1])] },
    paint: random.pick(paints),
    windows: kind === 'van' && random.chance(0.6) ? 'front' : 'all',
    lights,
  };
}

/** Builds a car in the frame of the thing begun. */
export function buildCar(mesh: Mesh, shape: CarShape): void {
  const { length, width, height, deck, cabin, paint } = shape;
  const half = length / 2;
  const hull = block(
    mesh,
    level(-half, half, width, 0.28),
    level(-half + 0.06, half - 0.14, width * 0.95, deck),
    paint,
  );
  const top = block(
    mesh,
    level(cabin.foot[0], cabin.foot[1], width * 0.94, deck),
    level(cabin.roof[0], cabin.roof[1], width * (shape.kind === 'van' ? 0.88 : 0.76), height),
    paint,
  );
  panes(mesh, shape, top);
  for (const quad of [hull.left, hull.right, hull.front, hull.back]) panel(mesh, quad, [0, 1, 0, 0.2], dark);
  panel(mesh, hull.front, [0.3, 0.7, 0.3, 0.62], dark);
  for (const u of [0.05, 0.77]) {
    panel(mesh, hull.front, [u, u + 0.18, 0.55, 0.8], lamp, shape.lights ? 'glowing' : 'plain');
    panel(mesh, hull.back, [u, u + 0.18, 0.55, 0.85], tail, shape.lights ? 'glowing' : 'plain');
  }
  panel(mesh, hull.back, [0.37, 0.63, 0.35, 0.55], lamp);
  wheels(mesh, [-half + length * 0.19, half - length * 0.19], width, Math.min(0.36, height * 0.22));
}

function panes(mesh: Mesh, shape: CarShape, cabin: Sides): void {
  panel(mesh, cabin.front, [0.05, 0.95, 0.06, 0.92], glass, 'glass');
  const closed = shape.windows === 'front';
  if (!closed) panel(mesh, cabin.back, [0.08, 0.92, 0.15, 0.88], glass, 'glass');
  const low = shape.kind === 'van' ? 0.3 : 0.08;
  const rows: [number, number][] = closed
    ? [[0.05, 0.24]]
    : shape.kind === 'van'
      ? [
          [0.05, 0.26],
          [0.31, 0.62],
          [0.66, 0.96],
        ]
      : [
          [0.04, 0.47],
          [0.51, 0.95],
        ];
  for (const [u0, u1] of rows) {
    panel(mesh, cabin.left, [u0, u1, low, 0.88], glass, 'glass');
    panel(mesh, cabin.right, [1 - u1, 1 - u0, low, 0.88], glass, 'glass');
  }
}
