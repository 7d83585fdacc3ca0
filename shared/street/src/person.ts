import type { Vector } from './geometry.js';
import { type Colour, colour, type Mesh } from './mesh.js';
import type { Random } from './random.js';
import { ball, bar, block, level } from './shapes.js';

export type PersonKind = 'adult' | 'child' | 'crouching person' | 'person with umbrella' | 'person with trolley';

/** Metres; `stride` is how far a foot is ahead of the body. */
export interface PersonShape {
  readonly kind: PersonKind;
  readonly height: number;
  readonly girth: number;
  readonly stride: number;
  readonly coat: boolean;
  readonly bag: 'none' | 'rucksack' | 'shoulder';
  readonly skin: Colour;
  readonly hair: Colour;
  readonly upper: Colour;
  readonly lower: Colour;
  readonly carried: Colour;
}

const clothes = [
  0x20242c, 0x3a4a6b, 0x7c1f24, 0xd9d4c8, 0x2f5b3f, 0xc7a43c, 0x5c5f66, 0x8a5a36, 0x9db7c9, 0xd2691e, 0x6d3b6e,
  0xeeeeee,
].map(colour);
const trousers = [0x1d2026, 0x2c3a55, 0x4a4640, 0x77705f, 0x33363c, 0x9a9078].map(colour);
const skins = [0xe8c0a0, 0xc99870, 0x8a5a3c, 0x5a3a28].map(colour);
const hairs = [0x1a1512, 0x4a3018, 0x9a7038, 0x777777, 0xb5532a].map(colour);

/** Draws the lots for a person. */
export function personShape(random: Random): PersonShape {
  const kind = random.pick<PersonKind>([
    'adult',
    'adult',
    'adult',
    'adult',
    'child',
    'crouching person',
    'person with umbrella',
    'person with trolley',
  ]);
  return {
    kind,
    height: kind === 'child' ? random.between(1.05, 1.4) : random.between(1.55, 1.95),
    girth: random.between(0.85, 1.25),
    stride: random.between(-0.32, 0.32),
    coat: random.chance(0.3),
    bag: random.pick(['none', 'none', 'rucksack', 'shoulder'] as const),
    skin: random.pick(skins),
    hair: random.pick(hairs),
    upper: random.pick(clothes),
    lower: random.pick(trousers),
    carried: random.pick(clothes),
  };
}

/** Builds a person in the frame of the thing begun. */
export function buildPerson(mesh: Mesh, shape: PersonShape): void {
  const { kind, height: h, girth: g, upper, skin } = shape;
  const crouching = kind === 'crouching person';
  const hip = h * (crouching ? 0.22 : 0.49);
  const lean = crouching ? 0.16 * h : 0.02 * h;
  const shoulder = hip + h * (crouching ? 0.26 : 0.34);
  legs(mesh, shape, hip, crouching);
  const wide = h * 0.2 * g;
  const hem = shape.coat && !crouching ? h * 0.3 : hip - 0.03 * h;
  const low = level(-0.075 * h * g, 0.075 * h * g, wide * (shape.coat ? 1.15 : 0.9), hem);
  block(mesh, low, level(lean - 0.06 * h * g, lean + 0.06 * h * g, wide * 1.15, shoulder), upper);
  for (const side of [-1, 1]) {
    const from: Vector = [lean, side * wide * 0.62, shoulder - 0.01];
    const raised = side === 1 && kind === 'person with umbrella';
    const ahead = kind === 'person with trolley' || crouching;
    const to: Vector = raised
      ? [lean + 0.2, 0.1, shoulder - 0.02]
      : ahead
        ? [lean + 0.24 * h, side * wide * 0.5, shoulder - 0.2 * h]
        : [lean - side * shape.stride * 0.55, side * wide * 0.75, shoulder - 0.33 * h];
    bar(mesh, from, to, [0.033 * h * g, 0.025 * h], upper);
    ball(mesh, to, 0.028 * h, skin);
  }
  const head: Vector = [lean * 1.4, 0, shoulder + 0.1 * h];
  bar(mesh, [lean, 0, shoulder - 0.02], head, [0.035 * h, 0.03 * h], skin);
  ball(mesh, head, 0.068 * h, skin);
  ball(mesh, [head[0] - 0.015 * h, 0, head[2] + 0.022 * h], 0.068 * h, shape.hair);
  carry(mesh, shape, lean, shoulder, wide);
}

function legs(mesh: Mesh, { height: h, girth: g, stride, lower }: PersonShape, hip: number, crouching: boolean): void {
  for (const side of [-1, 1]) {
    const y = side * 0.055 * h * g;
    const x = side * stride;
    const knee: Vector = crouching ? [0.2 * h, y, 0.2 * h] : [x * 0.6, y, h * 0.27];
    const foot: Vector = crouching ? [0.04 * h, y, 0.04] : [x, y, 0.05];
    bar(mesh, [0, y, hip], knee, [0.055 * h * g, 0.042 * h], lower);
    bar(mesh, knee, foot, [0.042 * h, 0.03 * h], lower);
    block(
      mesh,
      { back: foot[0] - 0.06, front: foot[0] + 0.16, right: y - 0.05, left: y + 0.05, z: 0 },
      { back: foot[0] - 0.06, front: foot[0] + 0.1, right: y - 0.04, left: y + 0.04, z: 0.09 },
      clothes[0]!,
    );
  }
}

function carry(mesh: Mesh, shape: PersonShape, lean: number, shoulder: number, wide: number): void {
  const { kind, carried, height: h } = shape;
  if (kind === 'person with umbrella') {
    const [x, y, z] = [lean + 0.15, 0.08, shoulder + 0.28 * h];
    bar(mesh, [x, y, shoulder - 0.05], [x, y, z + 0.2], [0.015, 0.015], clothes[0]!, { sides: 4 });
    bar(mesh, [x, y, z], [x, y, z + 0.24], [0.55, 0.02], carried, { sides: 9 });
  }
  if (kind === 'person with trolley') {
    const far = lean + 0.24 * h;
    block(mesh, level(far, far + 0.75, 0.5, 0.3), level(far, far + 0.85, 0.58, 0.85), carried);
    bar(mesh, [far, 0, 0.85], [far, 0, 0.95], [0.25, 0.25], clothes[6]!, { sides: 4 });
    bar(mesh, [far + 0.35, -0.2, 0.1], [far + 0.35, 0.2, 0.1], [0.12, 0.12], clothes[0]!);
  }
  if (shape.bag === 'rucksack') {
    block(
      mesh,
      level(lean - 0.26 - 0.04 * h, lean - 0.05 * h, wide, shoulder - 0.28 * h),
      level(lean - 0.2 - 0.04 * h, lean - 0.05 * h, wide * 0.8, shoulder),
      carried,
    );
  } else if (shape.bag === 'shoulder') {
    const y = wide * 0.75;
    const z = Math.max(0.1, shoulder - 0.42 * h);
    const low = { back: -0.18, front: 0.18, right: y, left: y + 0.14, z };
    block(mesh, low, { ...low, z: z + 0.26 }, carried);
  }
}
