import type { Block } from '../src/architecture/architecture.js';
import { blockShape, type Shape, volume } from '../src/architecture/shapes.js';
import type { Bundle } from '../src/bundle/bundle.js';
import type { Tensor } from '../src/bundle/bundle-file.js';
import { bitBytes } from '../src/numbers/bits.js';
import { floatWeightCount } from '../src/plain/float-block.js';
import type { SectionPlace } from '../src/plain/scored-section.js';
import type { Seeded } from './seeded.js';

/** What a section's input may hold: its values, and the largest of them with so many sources. */
export const inputKinds = {
  pixels: { values: 'bytes', draw: (random: Seeded) => random.integer(0, 255), largest: 255 },
  bits: { values: 'integers', draw: (random: Seeded) => random.pick([-1, 1]), largest: 1 },
  'bits with absent sources': { values: 'integers', draw: (random: Seeded) => random.pick([-1, 0, 1]), largest: 1 },
  'summed bits': { values: 'integers', draw: (random: Seeded) => random.integer(-32, 32), largest: 32 },
  'summed pixels': { values: 'integers', draw: (random: Seeded) => random.integer(0, 8160), largest: 8160 },
} as const;
export type InputKind = keyof typeof inputKinds;

/** A section with an exit of weights that are random, alike or extreme, in a bundle of nothing else. */
export function randomSection(
  random: Seeded,
  kind: InputKind,
  input: Shape,
  section: readonly Block[],
  classes: number,
  arithmetic: 'binary' | 'float' = 'binary',
): SectionPlace {
  const { values, largest } = inputKinds[kind];
  const divisors = kind.startsWith('summed') ? 32 : 1;
  const tensors = new Map<string, Tensor>();
  let shape = input;
  for (const [i, block] of section.entries()) {
    const output = blockShape(shape, block);
    const taps = 'fc' in block ? volume(shape) : 9 * shape.channels;
    const norms = output.channels * (i === 0 ? divisors : 1);
    if (arithmetic === 'float') {
      tensors.set(`s.${i}.weights`, floats(random, floatWeightCount(shape, block)));
      tensors.set(`s.${i}.scale`, floats(random, output.channels));
      tensors.set(`s.${i}.offset`, floats(random, output.channels));
    } else {
      tensors.set(`s.${i}.weights`, bits(random, taps * output.channels));
      const limit = taps * (i === 0 ? largest : 1);
      tensors.set(`s.${i}.thresholds`, Int32Array.from(random.array(norms, () => threshold(random, limit))));
      tensors.set(`s.${i}.directions`, Int8Array.from(random.array(norms, () => random.pick([-1, 1]))));
    }
    shape = output;
  }
  const count = volume(shape) * classes;
  tensors.set('s.exit.weights', arithmetic === 'float' ? floats(random, count) : bits(random, count));
  tensors.set('s.exit.scale', floats(random, classes));
  tensors.set('s.exit.offset', floats(random, classes));
  const architecture = { classes: Array.from({ length: classes }, (_, i) => String(i)) };
  const bundle = { architecture, tensors } as unknown as Bundle;
  const exit = { step: random.pick([1e-4, 0.05, 3]), limit: random.pick([127, 32_767]) };
  return { bundle, name: 's', input, values, largest, section, divisors, exit };
}

function bits(random: Seeded, count: number): Uint8Array {
  const bytes = new Uint8Array(bitBytes(count));
  const draw = random.pick([() => 0, () => 255, () => random.integer(0, 255), () => random.integer(0, 255)]);
  for (let i = 0; i < bytes.length; i++) bytes[i] = draw();
  return bytes;
}

/** Where sums lie, at the very ends of what they can be and one beyond, and at the ends of the number. */
function threshold(random: Seeded, limit: number): number {
  const near = Math.ceil(2 * Math.sqrt(limit));
  const ends = [-(2 ** 31), 2 ** 31 - 1, -limit - 1, -limit, limit, limit + 1].map((end) => Math.max(-(2 ** 31), end));
  return random.next() < 0.3 ? random.pick(ends) : random.integer(-near, near);
}

function floats(random: Seeded, count: number): Float32Array {
  const size = random.pick([1e-3, 1, 1, 30]);
  // Now and then a weight of another order: then sums hang on the order they are added in.
  return Float32Array.from({ length: count }, () => (2 * random.next() - 1) * size * (random.next() < 0.1 ? 1e9 : 1));
}
