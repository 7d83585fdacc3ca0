import { type Kernels, kernelBase64 } from './kernel-bytes.js';

export type { Kernels };

/**
 * What computes sections. *simd*: the WebAssembly kernels of `assembly`. *plain*: the TypeScript code with which they
 * are compared.
 */
export type KernelChoice = 'simd' | 'plain';

/**
 * The smallest module that counts the bits of bytes in a vector: an engine without WebAssembly SIMD does not take it.
 */
const PROBE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0],
  ...[1, 5, 1, 96, 0, 1, 123],
  ...[3, 2, 1, 0],
  ...[10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
);

let best: KernelChoice | undefined;

/**
 * The fastest kind that this engine runs: *simd*, unless WebAssembly or its SIMD is missing. Both give the same bits.
 */
export function bestKernels(): KernelChoice {
  best ??= typeof WebAssembly === 'object' && WebAssembly.validate(PROBE) ? 'simd' : 'plain';
  return best;
}

let compiled: WebAssembly.Module | undefined;

/** The kernels, working on a memory. They are compiled once in each process. */
export function instantiateKernels(memory: WebAssembly.Memory): Kernels {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(kernelBase64), (letter) => letter.charCodeAt(0)));
  return new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as Kernels;
}
