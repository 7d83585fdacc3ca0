import { type Colour, colour, type Mesh } from './mesh.js';
import type { Random } from './random.js';
import { block, level, panel, type Sides } from './shapes.js';
import { wheels } from './wheel.js';

export type BusKind = 'city bus' | 'coach' | 'minibus';

/** Metres. */
export interface BusShape {
  readonly kind: BusKind;
  readonly length: number;
  readonly width: number;
  readonly height: number;
  readonly paint: Colour;
  readonly stripe: Colour;
  readonly lights: boolean;
}

const paints = [0xe6e6e2, 0xd0a51c, 0xb02020, 0x2c5aa0, 0x2f7d4f, 0xe07a1e, 0x8d9298, 0xf4f4f4].map(colour);
const glass = colour(0x232b32);
const dark = colour(0x222226);
const sign = colour(0xffa000);
const lamp = colour(0xf4f0d8);
const tail = colour(0xb01414);

/** Draws the lots for a bus. */
export function busShape(random: Random, lights: boolean): BusShape {
  const kind = random.pick<BusKind>(['city bus', 'city bus', 'city bus', 'coach', 'coach', 'minibus']);
  const small = kind === 'minibus';
  return {
    kind,
    length: small ? random.between(6, 7.6) : random.between(8.5, 12),
    width: small ? random.between(2, 2.25) : random.between(2.4, 2.55),
    height: small ? random.between(2.45, 2.85) : kind === 'coach' ? random.between(3.1, 3.5) : random.between(2.8, 3.1),
    paint: random.pick(paints),
    stripe: random.pick(paints),
    lights,
  };
}

/** Builds a bus in the frame of the thing begun. */
export function buildBus(mesh: Mesh, shape: BusShape): void {
  const { length, width, height, paint, kind } = shape;
  const half = length / 2;
  const nose = kind === 'minibus' ? 0.45 : 0.12;
  const body = block(
    mesh,
    level(-half, half, width, 0.3),
    level(-half + 0.05, half - nose, width * 0.94, height),
    paint,
  );
  for (const quad of [body.left, body.right, body.front, body.back]) panel(mesh, quad, [0, 1, 0, 0.07], dark);
  sideWindows(mesh, shape, body);
  panel(mesh, body.front, [0.05, 0.95, 0.36, kind === 'minibus' ? 0.9 : 0.82], glass, 'glass');
  if (kind !== 'coach') panel(mesh, body.front, [0.2, 0.8, 0.85, 0.96], sign, shape.lights ? 'glowing' : 'plain');
  panel(mesh, body.back, [0.12, 0.88, 0.55, 0.86], glass, 'glass');
  panel(mesh, body.back, [0.2, 0.8, 0.12, 0.35], dark);
  for (const u of [0.05, 0.8]) {
    panel(mesh, body.front, [u, u + 0.15, 0.14, 0.23], lamp, shape.lights ? 'glowing' : 'plain');
    panel(mesh, body.back, [u, u + 0.12, 0.14, 0.3], tail, shape.lights ? 'glowing' : 'plain');
  }
  if (kind === 'city bus') block(mesh, level(-2, 1, 1.6, height), level(-1.9, 0.9, 1.5, height + 0.25), paint);
  wheels(mesh, [-half + length * 0.24, half - length * 0.2], width, kind === 'minibus' ? 0.38 : 0.48);
}

/** Windows in a row with posts between them, a stripe below, doors on the kerb's side (right). */
function sideWindows(mesh: Mesh, { kind, length, stripe }: BusShape, { left, right }: Sides): void {
  const count = Math.round(length / 1.45);
  const low = kind === 'coach' ? 0.5 : 0.42;
  for (const quad of [left, right]) {
    panel(mesh, quad, [0.01, 0.99, 0.22, 0.34], stripe);
    for (let i = 0; i < count; i++) {
      const u = 0.02 + (0.96 * i) / count;
      panel(mesh, quad, [u, u + 0.96 / count - 0.018, low, 0.86], glass, 'glass');
    }
  }
  const door = 1.1 / length;
  for (const u of kind === 'city bus' ? [0.5, 0.985 - door] : [0.985 - door]) {
    panel(mesh, right, [u, u + door, 0.06, 0.88], dark, 'glass');
  }
}
