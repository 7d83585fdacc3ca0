import { setTimeout } from 'node:timers/promises';
import type { Scalar, Tensor5D } from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { loadBackend } from './backend.js';
import { apart, convPSums } from './convp.js';
import { Crew } from './crew.js';

const { tf } = await loadBackend('wasm');

test('Whichever thread takes a task, the bits are the same', async () => {
  const numbers = (size: number) => Float32Array.from({ length: size }, (_, i) => Math.sin(12.9898 * (i + 1)));
  const x = tf.tensor5d(numbers(2 * 48 * 24 * 24 * 3), [2, 48, 24, 24, 3]);
  const w = tf.tensor5d(numbers(2 * 8 * 27), [2, 8, 3, 3, 3]);
  const run = () =>
    tf.tidy(() => {
      const loss = (a: Tensor5D, b: Tensor5D) => tf.sum<Scalar>(tf.square(convPSums(tf, apart(tf, a), b)));
      const { value, grads } = tf.valueAndGrads(loss as never)([x, w]);
      return [value, ...grads].map((tensor) => Buffer.from(tensor.dataSync().slice().buffer).toString('base64'));
    });
  // The calling thread alone.
  const { run: together } = Crew.prototype;
  Crew.prototype.run = (_, kernel, tasks, args) => {
    for (let task = 0; task < tasks; task++) kernel(task, 0, ...args);
  };
  const expected = run();
  let shared = 0;
  Crew.prototype.run = function (name, kernel, tasks, args) {
    let own = 0;
    together.call(
      this,
      name,
      (...call) => {
        own++;
        kernel(...call);
      },
      tasks,
      args,
    );
    if (own < tasks) shared++;
    if (this.threads === 1) shared = Number.POSITIVE_INFINITY;
  };
  try {
    for (const end = performance.now() + 20_000; shared < 10 && performance.now() < end; await setTimeout(1)) {
      expect(run()).toEqual(expected);
    }
  } finally {
    Crew.prototype.run = together;
  }
  expect(shared).toBeGreaterThanOrEqual(10);
});
