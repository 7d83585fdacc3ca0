import { DeviceTier, openBundle, packSigns, type ResolvedArchitecture, unpackSigns } from '@ddnn/model';
import { randomBundle } from '@ddnn/model/testing';
import type { TensorFlow } from '@ddnn/tensor';
import { createRandom } from '@ddnn/training/steps';
import { type PlainConvP, plainSection } from '../naive/plain-section.js';
import type { SectionCase } from './cases.js';

/** The ways to compute a section: our kernels, plain TypeScript, TensorFlow.js on its wasm backend. */
export type WayName = 'own' | 'plain' | 'tfjs';

/** Each takes one picture to one map of bits; nothing of the picture before is kept. */
export type Ways = Readonly<Record<WayName, () => void>>;

/** The same weights and pixels in all ways. Throws where their outputs are not the same bits. */
export function prepareWays(tf: TensorFlow, { input, blocks }: SectionCase): Ways {
  const section = blocks.map((filters) => ({ convp: { filters } }));
  const architecture: ResolvedArchitecture = {
    name: 'section',
    input,
    views: 1,
    classes: ['one', 'other'],
    device: { section },
    cloud: { aggregator: 'max', section: [] },
  };
  const bundle = openBundle(randomBundle(architecture, 1));
  const own = new DeviceTier(bundle, 0);
  const plain = new DeviceTier(bundle, 0, 'plain');
  let { channels }: { channels: number } = input;
  const constants = blocks.map((filters, i): PlainConvP => {
    const tensor = <T>(name: string) => bundle.tensors.get(`device.0.${i}.${name}`) as T;
    const weights = unpackSigns(tensor<Uint8Array>('weights'), new Int8Array(filters * 9 * channels));
    const directions = tensor<Int8Array>('directions');
    // direction x >= threshold: between two integers the sign is never 0.
    const mean = Float32Array.from(tensor<Int32Array>('thresholds'), (t, f) => directions[f] * (t - 0.5));
    channels = filters;
    return { weights, mean, scale: Float32Array.from(directions) };
  });
  const tfjs = plainSection(tf, input, constants);
  const random = createRandom(1);
  const pixels = Uint8Array.from({ length: input.height * input.width * input.channels }, () => 256 * random());
  own.run(pixels);
  plain.run(pixels);
  const theirs = packSigns(tfjs(pixels));
  if (!same(own.features, plain.features) || !same(own.features, theirs))
    throw new Error('the outputs are not the same');
  return { own: () => own.run(pixels), plain: () => plain.run(pixels), tfjs: () => tfjs(pixels) };
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
