import type { Architecture } from '@ddnn/model';
import { type BatchNorms, disposeBatch, loadBackend, Network, type NetworkOutput } from '@ddnn/tensor';
import { describe, expect, test } from 'vitest';
import { createBatch } from '../data/batches.js';
import { createRandom } from '../data/random.js';
import { syntheticData } from '../testing/synthetic-data.js';
import { trainNetwork } from './train.js';
import { viewDropout } from './view-dropout.js';

const picture = new Uint8Array(1);

describe('The draw of hidden views', () => {
  test('hides each present view with the given probability, absent ones never, and never all', () => {
    const images = [[picture, null, picture, picture, picture, picture, picture]];
    const hide = viewDropout({ images }, 0.25, createRandom(1))!;
    const counts = new Array(7).fill(0);
    const draws = 20_000;
    for (let i = 0; i < draws; i++) {
      const mask = hide(0);
      for (let view = 0; view < 7; view++) counts[view] += (mask >>> view) & 1;
      expect(mask).not.toBe(0b1111101);
    }
    expect(counts[1]).toBe(0);
    for (const view of [0, 2, 3, 4, 5, 6]) expect(counts[view] / draws).toBeCloseTo(0.25, 1.7);
  });

  test('leaves a row its only view, and one of two at even odds however likely they are to go', () => {
    const images = [
      [null, picture],
      [picture, picture],
    ];
    const hide = viewDropout({ images }, 0.9, createRandom(2))!;
    const masks = Array.from({ length: 1000 }, () => hide(1));
    expect(hide(0)).toBe(0);
    expect(new Set(masks)).toEqual(new Set([0, 1, 2]));
    expect(masks.filter((mask) => mask === 1).length / 1000).toBeCloseTo(0.495, 1);
  });

  test('is none at all where the share is 0, and takes nothing from the random stream', () => {
    expect(viewDropout({ images: [[picture]] }, 0, () => expect.unreachable())).toBeUndefined();
  });
});

const architecture: Architecture = {
  name: 'bars',
  input: { height: 8, width: 8, channels: 1 },
  device: { section: [{ convp: { filters: 3 } }] },
  local: { aggregator: 'concat' },
  edge: { aggregator: 'concat', section: [{ convp: { filters: 2 } }], groups: [[0, 1], [2]] },
  cloud: { aggregator: 'concat', section: [{ fc: { units: 6 } }] },
};
const data = syntheticData({ rows: 60, views: 3, side: 8, seed: 1, absent: 0.2 });

test('A hidden view changes nothing but its own device’s answer: every aggregator is deaf to it', async () => {
  const { tf } = await loadBackend('wasm');
  const classes = [...data.classes];
  const network = new Network({ ...architecture, views: 3, classes }, createRandom(3));
  const rows = [0, 1, 2, 3];
  const hidden = [0b001, 0b000, 0b110, 0b101].map((mask, i) => {
    const present = data.images[rows[i]].reduce((bits, image, view) => (image ? bits | (1 << view) : bits), 0);
    return (mask & present) === present ? 0 : mask;
  });
  expect(hidden.filter((mask) => mask > 0).length).toBeGreaterThan(1);
  const numbers = (output: NetworkOutput) => ({
    devices: [...output.devices!.dataSync()],
    above: [...output.local, ...output.edges, output.cloud].map((scores) => [...scores.dataSync()]),
    edgePresent: [...output.edgePresent.dataSync()],
  });
  /** Statistics of the batch would carry a hidden view's pixels over to other rows: identity in their place. */
  const norms = { apply: (_: string, sums: Parameters<BatchNorms['apply']>[1]) => sums };
  const run = (images: typeof data.images, mask?: number[]) =>
    tf.tidy(() => {
      const batch = createBatch(tf, { ...data, images }, rows, mask);
      return numbers(
        network.run({ tf, leaves: network.parameters.leaves(network.parameters.tensors(tf)), norms }, batch),
      );
    });
  const without = data.images.map((row, i) => row.map((image, view) => ((hidden[i] >>> view) & 1 ? null : image)));
  const [all, dropped, absent] = [run(data.images), run(data.images, hidden), run(without)];
  expect(dropped.above).toEqual(absent.above);
  expect(dropped.edgePresent).toEqual(absent.edgePresent);
  expect(dropped.above).not.toEqual(all.above);
  expect(dropped.devices).toEqual(all.devices);
  expect(dropped.devices).not.toEqual(absent.devices);
  const before = tf.memory().numTensors;
  disposeBatch(tf, createBatch(tf, data, rows, hidden));
  expect(tf.memory().numTensors).toBe(before);
});

test('The same seed gives the same bundle with dropout too, another one than without', async () => {
  const quick = { data, epochs: 2, seed: 5, backend: 'wasm' as const };
  const dropout = { ...architecture, training: { viewDropout: 0.5 } };
  const none = { ...architecture, training: { viewDropout: 0 } };
  const [first, second, zero, plain] = [
    await trainNetwork({ ...quick, architecture: dropout }),
    await trainNetwork({ ...quick, architecture: dropout }),
    await trainNetwork({ ...quick, architecture: none }),
    await trainNetwork({ ...quick, architecture }),
  ];
  expect(second.bundle.id).toBe(first.bundle.id);
  expect(first.bundle.tensors).not.toEqual(plain.bundle.tensors);
  expect(zero.bundle.tensors).toEqual(plain.bundle.tensors);
});
