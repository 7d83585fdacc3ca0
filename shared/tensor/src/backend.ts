import { createRequire } from 'node:module';
import path from 'node:path';
import type { TensorInfo } from '@tensorflow/tfjs';
import { TensorError } from './errors.js';

/** The TensorFlow.js API. */
export type TensorFlow = typeof import('@tensorflow/tfjs');
export type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs';
/** *node*: the native library. *wasm*: WebAssembly with SIMD, one thread, always there. */
export type BackendName = 'node' | 'wasm';

/** TensorFlow.js on one backend. */
export interface Backend {
  readonly tf: TensorFlow;
  readonly name: BackendName;
  /** Why the native library was not used; undefined: it was used. */
  readonly fallback?: string;
}

const loaded = new Map<BackendName, Promise<Backend>>();

/**
 * Loads TensorFlow.js: the native library where it is installed, else WebAssembly. Repeated calls give the same one.
 * Throws {@link TensorError} `DDNN_TENSOR_BACKEND` where the preferred backend can't be loaded.
 */
export async function loadBackend(prefer?: BackendName): Promise<Backend> {
  if (prefer) return once(prefer);
  try {
    return await once('node');
  } catch (error) {
    return { ...(await once('wasm')), fallback: (error as Error).message };
  }
}

function once(name: BackendName): Promise<Backend> {
  let backend = loaded.get(name);
  if (!backend) {
    backend = name === 'node' ? loadNode() : loadWasm();
    loaded.set(name, backend);
  }
  return backend;
}

async function loadNode(): Promise<Backend> {
  try {
    // tfjs-node 4 calls a function that Node 23 removed.
    const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>;
    util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
    // An optional dependency: its types are missing where it is not installed, so the compiler must not look for them.
    const optional: string = '@tensorflow/tfjs-node';
    const tf = unwrap<TensorFlow>(await import(optional));
    await tf.ready();
    return { tf, name: 'node' };
  } catch (cause) {
    throw unusable('node (@tensorflow/tfjs-node)', cause);
  }
}

/** Loads the WebAssembly backend; `register` adds kernels to it or replaces them, for the whole process. */
export async function loadWasm(register = shareClones): Promise<Backend> {
  try {
    // The union package: it registers the gradients, which the backend package does not.
    const tf = unwrap<TensorFlow>(await import('@tensorflow/tfjs'));
    const wasm = unwrap<typeof import('@tensorflow/tfjs-backend-wasm')>(await import('@tensorflow/tfjs-backend-wasm'));
    const file = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json');
    wasm.setWasmPaths(path.join(path.dirname(file), 'wasm-out', path.sep));
    if (!(await tf.setBackend('wasm'))) throw new Error('its WebAssembly module does not start');
    register(tf);
    return { tf, name: 'wasm' };
  } catch (cause) {
    throw unusable('wasm', cause);
  }
}

/** Every tensor that is kept for a gradient is cloned, and the backend's own kernel for that copies the values. */
function shareClones(tf: TensorFlow): void {
  tf.unregisterKernel('Identity', 'wasm');
  tf.registerKernel({
    kernelName: 'Identity',
    backendName: 'wasm',
    kernelFunc: ({ inputs, backend }) => {
      const x = inputs.x as TensorInfo;
      (backend as { incRef(dataId: object): void }).incRef(x.dataId as object);
      return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
    },
  });
}

function unusable(backend: string, cause: unknown): TensorError {
  return new TensorError(`backend ${backend}: ${(cause as Error).message.split('\n')[0]}`, { cause });
}

/** CommonJS packages put what they export under `default`. */
function unwrap<T>(module: unknown): T {
  return ((module as { default?: T }).default ?? module) as T;
}
