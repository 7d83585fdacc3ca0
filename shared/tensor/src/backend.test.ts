import { expect, test } from 'vitest';
import { loadBackend } from './backend.js';
import { TensorError } from './errors.js';

const native = await import('@tensorflow/tfjs-node' as string).then(
  () => true,
  () => false,
);

test('The WebAssembly backend is always there', async () => {
  const backend = await loadBackend('wasm');
  expect(backend.name).toBe('wasm');
  expect(backend.tf.getBackend()).toBe('wasm');
  expect(await loadBackend('wasm')).toBe(backend);
});

test.skipIf(native)('A preferred backend that is not installed is an error with a stable code', async () => {
  const error = await loadBackend('node').catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(TensorError);
  expect(error).toMatchObject({ code: 'DDNN_TENSOR_BACKEND', userFault: true });
  expect((error as Error).message).toContain('@tensorflow/tfjs-node');
});

test.skipIf(native)(
  'Without a preference the missing native library is passed over, and the reason is told',
  async () => {
    const backend = await loadBackend();
    expect(backend.name).toBe('wasm');
    expect(backend.fallback).toContain('@tensorflow/tfjs-node');
  },
);
