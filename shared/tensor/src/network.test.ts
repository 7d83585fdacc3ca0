import type { ResolvedArchitecture } from '@ddnn/model';
import type { Tensor, Tensor3D, Tensor5D } from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { checkGradients, numbers } from '../test/finite-differences.js';
import { loadBackend } from './backend.js';
import { Network } from './network.js';
import { BatchNorms } from './norm.js';

const { tf } = await loadBackend('wasm');

const architecture: ResolvedArchitecture = {
  name: 'whole',
  input: { height: 4, width: 3, channels: 1 },
  views: 3,
  classes: ['a', 'b'],
  device: { section: [{ convp: { filters: 1 } }] },
  local: { aggregator: 'concat', missing: 'learned' },
  edge: {
    aggregator: 'concat',
    missing: 'learned',
    section: [{ convp: { filters: 2 } }],
    groups: [[0, 2], [1]],
  },
  cloud: { aggregator: 'concat', missing: 'learned', section: [{ fc: { units: 3 } }] },
};
const batch = {
  pixels: [1, 2, 3].map((phase) => tf.tensor4d(numbers(5 * 12, phase), [5, 4, 3, 1])),
  present: tf.tensor2d([
    [1, 1, 1, 0, 1],
    [1, 0, 1, 1, 0],
    [0, 1, 1, 1, 1],
  ]),
  heard: tf.tensor2d([
    [1, 1, 0, 0, 1],
    [1, 0, 1, 1, 0],
    [0, 1, 0, 1, 1],
  ]),
};

/** [edges, batch, 1]: what an edge says of a row that none of its views is heard of counts nowhere. */
const counted = (edgePresent: Tensor) => tf.expandDims(edgePresent, 2);

for (const arithmetic of ['binary', 'float'] as const) {
  test(`Every parameter of a whole network has the gradient of finite differences, ${arithmetic} upper tiers`, () => {
    const { edge, cloud } = architecture;
    const network = new Network(
      { ...architecture, edge: { ...edge!, arithmetic }, cloud: { ...cloud, arithmetic } },
      () => 0.5,
    );
    expect(network.parameters.all.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['local.0.missing', 'edge.1.missing', 'cloud.missing', 'device.0.weights']),
    );
    const shapes = network.parameters.all.map(({ shape }) => [...shape]);
    checkGradients(tf, shapes, (...tensors) => {
      const leaves = network.parameters.leaves(tensors);
      const activation = (_: unknown, x: Tensor5D) => tf.tanh(x);
      const out = network.run({ tf, leaves, norms: new BatchNorms(tf, leaves), activation }, batch);
      const edges = [...out.local, ...out.edges].map((scores) => tf.expandDims(scores, 0));
      const seen = counted(tf.concat([out.edgePresent, out.edgePresent], 0));
      const devices = tf.mul<Tensor3D>(out.devices!, tf.expandDims(batch.present, 2));
      return tf.concat([devices, tf.mul<Tensor3D>(tf.concat(edges, 0), seen), tf.expandDims(out.cloud, 0)], 0);
    });
  });
}
