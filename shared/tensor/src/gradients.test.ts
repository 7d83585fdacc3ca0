import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D, Tensor5D } from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { checkGradients, numbers } from '../test/finite-differences.js';
import { loadBackend } from './backend.js';
import { apart, convPSums } from './convp.js';
import { fcSums } from './fc.js';
import { joinFeatures } from './join-features.js';
import { joinScores } from './join-scores.js';
import { BatchNorms, type Norms } from './norm.js';
import { Parameters } from './parameters.js';
import { Section, SectionExit } from './section.js';

/*
 * Gradients against central finite differences. Where a block holds a sign, finite differences of it are useless; the
 * straight-through gradient is by definition that of clip(x, -1, 1), so the forward pass of these tests computes clip
 * in place of sign, and weights are real numbers in place of signs. Values are drawn so that no maximum and no corner
 * of clip lies within the step.
 */

const { tf } = await loadBackend('wasm');
const clip = (_: unknown, x: Tensor5D) => tf.clipByValue(x, -1, 1);
/** No corner at all, for sections of several blocks, where values can't be kept away from corners. */
const smooth = (_: unknown, x: Tensor5D) => tf.tanh(x);

describe('Gradients agree with finite differences', () => {
  test('of ConvP, linear part, one group, odd sides', () => {
    checkGradients(
      tf,
      [
        [1, 2, 5, 4, 2],
        [1, 3, 3, 3, 2],
      ],
      (x, w) => convPSums(tf, apart(tf, x as Tensor5D), w as Tensor5D),
    );
  });

  test('of ConvP, linear part, two groups with weights of their own', () => {
    checkGradients(
      tf,
      [
        [2, 1, 4, 3, 1],
        [2, 2, 3, 3, 1],
      ],
      (x, w) => convPSums(tf, apart(tf, x as Tensor5D), w as Tensor5D),
    );
  });

  test('of ConvP on pixels, whose weights have a faster gradient', () => {
    const pixels = [1, 2].map((phase) => tf.tensor4d(numbers(2 * 5 * 4 * 3, 3 * phase), [2, 5, 4, 3]));
    checkGradients(tf, [[2, 2, 3, 3, 3]], (w) => convPSums(tf, pixels, w as Tensor5D, true));
  });

  test('of FC, linear part, one and two groups', () => {
    checkGradients(
      tf,
      [
        [1, 2, 2, 3, 2],
        [1, 3, 12],
      ],
      (x, w) => fcSums(tf, x as Tensor5D, w as Tensor3D),
    );
    checkGradients(
      tf,
      [
        [2, 2, 2, 3, 2],
        [2, 3, 12],
      ],
      (x, w) => fcSums(tf, x as Tensor5D, w as Tensor3D),
    );
  });

  test('of batch normalisation, with and without a mask', () => {
    const mask = tf.tensor2d([
      [1, 0, 1],
      [1, 1, 0],
    ]);
    for (const used of [undefined, mask]) {
      checkGradients(tf, [[2, 3, 2, 1, 2], [4], [4]], (x, gamma, beta) => {
        const leaves = new Map([
          ['n.gamma', gamma],
          ['n.beta', beta],
        ]);
        const out = new BatchNorms(tf, leaves).apply('n', x as Tensor5D, used);
        return used ? tf.mul(out, tf.reshape(used, [2, 3, 1, 1, 1])) : out;
      });
    }
  });

  test('of whole blocks: ConvP and FC with clip in place of sign', () => {
    for (const block of [{ convp: { filters: 2 } }, { fc: { units: 3 } }]) {
      const parameters = new Parameters(() => 0.5);
      const section = new Section('s', { height: 4, width: 3, channels: 2 }, [block], 1, parameters);
      const shapes = parameters.all.map(({ shape }) => [...shape]);
      checkGradients(tf, [[1, 3, 4, 3, 2], ...shapes], (x, ...tensors) => {
        const leaves = parameters.leaves(tensors);
        return section.run(
          { tf, leaves, norms: new BatchNorms(tf, leaves), activation: clip },
          { maps: apart(tf, x as Tensor5D) },
        ).map;
      });
    }
  });

  test('of whole float blocks, with their own max(0, x)', () => {
    for (const block of [{ convp: { filters: 2 } }, { fc: { units: 3 } }]) {
      const parameters = new Parameters(() => 0.5);
      const section = new Section('s', { height: 4, width: 3, channels: 2 }, [block], 1, parameters, 'float');
      expect(parameters.all.some(({ binary }) => binary)).toBe(false);
      const shapes = parameters.all.map(({ shape }) => [...shape]);
      checkGradients(tf, [[1, 3, 4, 3, 2], ...shapes], (x, ...tensors) => {
        const leaves = parameters.leaves(tensors);
        return section.run({ tf, leaves, norms: new BatchNorms(tf, leaves) }, { maps: apart(tf, x as Tensor5D) }).map;
      });
    }
  });

  test('of a section of several blocks and groups, with a mask, its maps constant or not', () => {
    const mask = tf.tensor2d([
      [1, 0, 1],
      [1, 1, 1],
    ]);
    const masked = (out: Tensor) => tf.mul(out, tf.reshape(mask, [2, 3, 1, 1, 1]));
    const parameters = new Parameters(() => 0.5);
    const blocks = [{ convp: { filters: 2 } }, { fc: { units: 2 } }];
    const section = new Section('s', { height: 3, width: 4, channels: 1 }, blocks, 2, parameters);
    const shapes = parameters.all.map(({ shape }) => [...shape]);
    const run = (maps: Tensor4D[], tensors: Tensor[], constant: boolean) => {
      const leaves = parameters.leaves(tensors);
      const pass = { tf, leaves, norms: new BatchNorms(tf, leaves), activation: smooth };
      return masked(section.run(pass, { maps, mask, constant }).map);
    };
    checkGradients(tf, [[2, 3, 3, 4, 1], ...shapes], (x, ...tensors) => run(apart(tf, x as Tensor5D), tensors, false));
    const pixels = apart(tf, tf.tensor5d(numbers(72, 4), [2, 3, 3, 4, 1]));
    checkGradients(tf, shapes, (...tensors) => run(pixels, tensors, true));
  });

  test('of what travels from a float section of two blocks: straight through the sign of its last sums', () => {
    const parameters = new Parameters(() => 0.5);
    const blocks = [{ convp: { filters: 2 } }, { convp: { filters: 2 } }];
    const section = new Section('s', { height: 5, width: 4, channels: 1 }, blocks, 1, parameters, 'float');
    const shapes = parameters.all.map(({ shape }) => [...shape]);
    checkGradients(tf, [[1, 3, 5, 4, 1], ...shapes], (x, ...tensors) => {
      const leaves = parameters.leaves(tensors);
      const pass = { tf, leaves, norms: new BatchNorms(tf, leaves), activation: smooth };
      const { map, features } = section.run(pass, { maps: apart(tf, x as Tensor5D) });
      return tf.add(map, tf.mul(features, 0.7));
    });
  });

  test('of exits, binary and float, of one and two groups, with a mask and with a divisor', () => {
    const mask = tf.tensor2d([
      [1, 1, 1],
      [0, 1, 1],
    ]);
    const divisor = tf.tensor5d([1, 2, 3], [1, 3, 1, 1, 1]);
    for (const arithmetic of ['binary', 'float'] as const) {
      for (const groups of [1, 2]) {
        const parameters = new Parameters(() => 0.5);
        const exit = new SectionExit('e', { height: 2, width: 1, channels: 2 }, 3, groups, parameters, arithmetic);
        expect(parameters.all.some(({ binary }) => binary)).toBe(arithmetic === 'binary');
        const shapes = parameters.all.map(({ shape }) => [...shape]);
        checkGradients(tf, [[groups, 3, 2, 1, 2], ...shapes], (x, ...tensors) => {
          const leaves = parameters.leaves(tensors);
          const pass = { tf, leaves, norms: new BatchNorms(tf, leaves) };
          if (groups === 1) return exit.run(pass, x as Tensor5D, undefined, divisor);
          return tf.mul(exit.run(pass, x as Tensor5D, mask), tf.expandDims(mask, 2));
        });
      }
    }
  });

  test('of learned stand-ins, which are heard where their source is absent', () => {
    const mask = tf.tensor2d([
      [1, 1],
      [0, 1],
      [0, 0],
    ]);
    checkGradients(
      tf,
      [
        [3, 2, 1, 2, 2],
        [3, 1, 2, 2],
      ],
      (x, standIns) => joinFeatures(tf, 'concat', x as Tensor5D, mask, standIns).maps[0],
    );
    checkGradients(tf, [[3, 2, 2], [2, 6], [2], [3, 2]], (x, weights, bias, missing) =>
      joinScores(tf, 'concat', x as Tensor3D, mask, {
        weights: weights as Tensor2D,
        bias: bias as Tensor1D,
        missing: missing as Tensor2D,
      }),
    );
  });

  test('of an averaged input: divided behind the linear operation', () => {
    const parameters = new Parameters(() => 0.5);
    const section = new Section('s', { height: 3, width: 3, channels: 1 }, [{ convp: { filters: 2 } }], 1, parameters);
    const mask = tf.tensor2d([
      [1, 0],
      [1, 0],
      [0, 1],
    ]);
    const norms: Norms = { apply: (_, sums) => sums };
    checkGradients(
      tf,
      [
        [3, 2, 3, 3, 1],
        [1, 2, 3, 3, 1],
      ],
      (x, w) => {
        const leaves = new Map([['s.0.weights', w]]);
        const pass = { tf, leaves, norms, activation: (_: unknown, y: Tensor5D) => y };
        return section.run(pass, joinFeatures(tf, 'average', x as Tensor5D, mask)).map;
      },
    );
  });

  test('of every aggregator, with an absent source', () => {
    const mask = tf.tensor2d([
      [1, 1],
      [0, 1],
      [1, 1],
    ]);
    for (const name of ['max', 'average', 'concat'] as const) {
      checkGradients(tf, [[3, 2, 1, 2, 2]], (x) => joinFeatures(tf, name, x as Tensor5D, mask).maps[0]);
    }
    for (const name of ['max', 'average'] as const) {
      checkGradients(tf, [[3, 2, 2]], (x) => joinScores(tf, name, x as Tensor3D, mask));
    }
    checkGradients(tf, [[3, 2, 2], [2, 6], [2]], (x, weights, bias) =>
      joinScores(tf, 'concat', x as Tensor3D, mask, { weights: weights as Tensor2D, bias: bias as Tensor1D }),
    );
  });
});
