import { colour, type Mesh, type Thing } from './mesh.js';
import { Random } from './random.js';
import { ball, bar, block, level, panel } from './shapes.js';

/** One thing that stands still; `casts` says whether it throws a shadow on the crossing. */
export interface Fixture {
  readonly thing: Thing;
  readonly casts: boolean;
  /** Where nothing else may stand, as a circle; radius 0 for what is far off. */
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

const facades = [0xb9a48a, 0x9c6b55, 0xc9c3b5, 0x8f8f92, 0xb88d6a, 0xd2c19a].map(colour);
const leaves = [0x4d6b2f, 0x5d7a35, 0x3f5c2c].map(colour);
const bark = colour(0x5a4636);
const metal = colour(0x53575b);
const glow = colour(0xffe2a0);

type Spot = readonly [x: number, y: number];
const treesAt: readonly Spot[] = [
  [13, 6.6],
  [-9.8, 11.5],
  [-16, -6.8],
  [9.2, -12],
  [24, -8],
  [-8, 25],
  [-25, 8],
  [9, 24],
  [8.5, -26],
  [-24, -9],
];
const signalsAt: readonly Spot[] = [
  [5.7, 5.7],
  [-5.7, 5.7],
  [-5.7, -5.7],
  [5.7, -5.7],
];
const lanternsAt: readonly Spot[] = [
  [6, 14],
  [-13.5, 9.5],
  [-6.2, -15],
  [14.5, -9.5],
];

/**
 * The crossing without its traffic. It is always the same place: the seed of a street changes the traffic, not the
 * town.
 */
export function buildSurroundings(mesh: Mesh): Fixture[] {
  const random = new Random(0x57_12_ee_7);
  const fixtures: Fixture[] = [];
  const stand = (x: number, y: number, radius: number, casts: boolean, build: () => void) => {
    mesh.begin(x, y, 0);
    build();
    fixtures.push({ thing: mesh.end(), casts, x, y, radius });
  };
  for (const sx of [-1, 1]) {
    for (const sy of [-1, 1]) {
      for (const [x, y] of [
        [27, 27],
        [45, 18],
        [18, 45],
        [44, 42],
      ] as const) {
        stand(sx * x, sy * y, 0, false, () => house(mesh, random));
      }
    }
  }
  for (const [x, y] of [
    [80, 0],
    [-80, 0],
    [0, 80],
    [0, -80],
  ] as const)
    stand(x, y, 0, false, () => house(mesh, random));
  for (const [x, y] of treesAt) stand(x, y, 0.5, true, () => tree(mesh, random));
  for (const [x, y] of signalsAt) stand(x, y, 0.3, true, () => signal(mesh));
  for (const [x, y] of lanternsAt) stand(x, y, 0.3, true, () => lantern(mesh));
  stand(9.5, 7, 0.9, true, () => pillar(mesh));
  stand(-12.8, -8, 1.6, true, () => kiosk(mesh));
  stand(-9.5, 7.2, 1.4, true, () => hedge(mesh));
  stand(9.6, -6.9, 1.4, true, () => hedge(mesh));
  return fixtures;
}

function house(mesh: Mesh, random: Random): void {
  const half = random.between(6.5, 8.5);
  const base = level(-half, half, 2 * half, 0);
  block(mesh, base, { ...base, z: random.between(8, 19) }, random.pick(facades), 'facade');
}

function tree(mesh: Mesh, random: Random): void {
  const height = random.between(3.2, 4.4);
  bar(mesh, [0, 0, 0], [0, 0, height], [0.17, 0.11], bark);
  const green = random.pick(leaves);
  ball(mesh, [0, 0, height + 0.4], random.between(1.1, 1.5), green, 'leaves');
  ball(mesh, [0.7, 0.3, height - 0.1], 0.9, green, 'leaves');
  ball(mesh, [-0.5, -0.6, height], 0.9, green, 'leaves');
}

function signal(mesh: Mesh): void {
  bar(mesh, [0, 0, 0], [0, 0, 2.4], [0.07, 0.07], metal);
  const box = level(-0.15, 0.15, 0.3, 2.3);
  const { front, back } = block(mesh, box, { ...box, z: 3.1 }, colour(0x202224));
  panel(mesh, front, [0.2, 0.8, 0.7, 0.95], colour(0xd02818), 'glowing');
  panel(mesh, back, [0.2, 0.8, 0.05, 0.3], colour(0x20b060), 'glowing');
}

function lantern(mesh: Mesh): void {
  bar(mesh, [0, 0, 0], [0, 0, 6], [0.09, 0.05], metal);
  ball(mesh, [0, 0, 6.1], 0.22, glow, 'glowing');
}

function pillar(mesh: Mesh): void {
  bar(mesh, [0, 0, 0], [0, 0, 2.5], [0.6, 0.6], colour(0xcdb27a), { sides: 10 });
  bar(mesh, [0, 0, 2.5], [0, 0, 2.9], [0.7, 0.1], colour(0x3a5a48), { sides: 10 });
}

function kiosk(mesh: Mesh): void {
  const base = level(-1.1, 1.1, 1.8, 0);
  const { front, left } = block(mesh, base, { ...base, z: 2.3 }, colour(0x3d6a5a));
  for (const side of [front, left]) panel(mesh, side, [0.1, 0.9, 0.45, 0.85], colour(0xb8b8a8));
  block(mesh, level(-1.4, 1.4, 2.2, 2.3), level(-1.3, 1.3, 2, 2.5), colour(0xb0b0a8));
}

function hedge(mesh: Mesh): void {
  block(mesh, level(-1.3, 1.3, 0.8, 0), level(-1.25, 1.25, 0.7, 1.2), leaves[2]!, 'leaves');
}
