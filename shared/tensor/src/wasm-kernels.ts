import type { NamedAttrMap, TensorInfo } from '@tensorflow/tfjs';
import type { TensorFlow } from './backend.js';

/*
 * Kernels that tfjs-backend-wasm 4.22 lacks or computes cell by cell. The gradients of a convolution are convolutions
 * themselves, and the forward one is fast (XNNPACK). Milliseconds at 64x16x16, 24 → 16 channels: filter gradient
 * missing → 10, input gradient 60 → 5; gradient of max pooling at 64x32x32x24: 46 → 7.
 */

/** What of the backend's inside the kernels touch. */
interface WasmBackend {
  makeOutput(shape: number[], dtype: string): TensorInfo;
  typedArrayFromHeap(tensor: TensorInfo): Float32Array;
  disposeData(dataId: object): boolean;
  incRef(dataId: object): void;
}
type Pad = number | 'same' | 'valid' | readonly [number, number][];
interface ConvAttrs {
  readonly strides: number | [number, number];
  readonly pad: Pad;
  readonly dataFormat?: string;
}

/** Registers the kernels; once a process. */
export function registerWasmKernels(tf: TensorFlow): void {
  const run = (name: string, backend: WasmBackend, inputs: Record<string, TensorInfo>, attrs: object): TensorInfo =>
    tf.getKernel(name, 'wasm').kernelFunc({ inputs, backend, attrs: attrs as NamedAttrMap }) as TensorInfo;

  const transposed = (backend: WasmBackend, x: TensorInfo, perm: number[], use: (y: TensorInfo) => TensorInfo) => {
    const y = run('Transpose', backend, { x }, { perm });
    const result = use(y);
    backend.disposeData(y.dataId as object);
    return result;
  };

  // dW[ky,kx,c,f] = sum over n,y,x of in[n,y+ky-1,x+kx-1,c] dy[n,y,x,f]: a convolution with n as channels, dy as filter.
  // Padded beforehand: with a filter as large as the map, padding inside XNNPACK writes outside its memory.
  const filterGradient = (backend: WasmBackend, x: TensorInfo, dy: TensorInfo, pad: number): TensorInfo => {
    const paddings = [
      [0, 0],
      [pad, pad],
      [pad, pad],
      [0, 0],
    ];
    const padded = run('PadV2', backend, { x }, { paddings, constantValue: 0 });
    const result = transposed(backend, padded, [3, 1, 2, 0], (input) =>
      transposed(backend, dy, [1, 2, 0, 3], (filter) => {
        const attrs = { strides: [1, 1], pad: 'valid', dataFormat: 'NHWC', dilations: [1, 1] };
        const gradient = run('Conv2D', backend, { x: input, filter }, attrs);
        const result = run('Transpose', backend, { x: gradient }, { perm: [1, 2, 0, 3] });
        backend.disposeData(gradient.dataId as object);
        return result;
      }),
    );
    backend.disposeData(padded.dataId as object);
    return result;
  };

  // dx = dy convolved with the filter turned by 180 degrees, its channels exchanged.
  const inputGradient = (backend: WasmBackend, dy: TensorInfo, filter: TensorInfo, pad: number): TensorInfo =>
    transposed(backend, filter, [0, 1, 3, 2], (exchanged) => {
      const turned = run('Reverse', backend, { x: exchanged }, { dims: [0, 1] });
      const attrs = { strides: [1, 1], pad: filter.shape[0] - 1 - pad, dataFormat: 'NHWC', dilations: [1, 1] };
      const result = run('Conv2D', backend, { x: dy, filter: turned }, attrs);
      backend.disposeData(turned.dataId as object);
      return result;
    });

  // Every tensor that is kept for a gradient is cloned, and the backend's own clone copies the values.
  replace(tf, 'Identity', ({ inputs: { x }, backend }) => {
    backend.incRef(x.dataId as object);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  });
  replace(tf, 'Conv2DBackpropFilter', ({ inputs, attrs, backend }) =>
    plain(attrs) ? filterGradient(backend, inputs.x, inputs.dy, attrs.pad as number) : undefined,
  );
  replace(tf, 'Conv2DBackpropInput', ({ inputs, attrs, backend }) =>
    plain(attrs) ? inputGradient(backend, inputs.dy, inputs.filter, attrs.pad as number) : undefined,
  );
  replace(tf, 'MaxPoolGrad', ({ inputs, attrs, backend }) => {
    const { dy, input, output } = inputs;
    const { filterSize, strides, pad } = attrs as unknown as { filterSize: unknown; strides: unknown; pad: Pad };
    if (typeof pad !== 'number') return undefined;
    const out = backend.makeOutput(input.shape, 'float32');
    const heap = (tensor: TensorInfo) => backend.typedArrayFromHeap(tensor);
    const window = { size: first(filterSize), stride: first(strides), pad };
    poolGradient(heap(dy), heap(input), heap(output), heap(out), input.shape, output.shape, window);
    return out;
  });
}

interface KernelCall {
  readonly inputs: Record<string, TensorInfo>;
  readonly attrs: NamedAttrMap;
  readonly backend: WasmBackend;
}

/** Puts a kernel in front of the backend's own, which still takes the calls that the new one answers with undefined. */
function replace(tf: TensorFlow, kernelName: string, kernel: (call: KernelCall) => TensorInfo | undefined): void {
  const original = tf.getKernel(kernelName, 'wasm');
  if (original) tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({
    kernelName,
    backendName: 'wasm',
    kernelFunc: (call) => {
      const result = kernel(call as unknown as KernelCall) ?? original?.kernelFunc(call);
      if (!result) throw new Error(`${kernelName}: only stride 1 with a padding in pixels is there on wasm`);
      return result;
    },
  });
}

function plain(attrs: NamedAttrMap): boolean {
  const { strides, pad, dataFormat } = attrs as unknown as ConvAttrs;
  return first(strides) === 1 && typeof pad === 'number' && (dataFormat ?? 'NHWC') === 'NHWC';
}

function first(value: unknown): number {
  return Array.isArray(value) ? value[0] : (value as number);
}

/** Hands each output's gradient to the first cell of its window that holds the maximum. */
function poolGradient(
  dy: Float32Array,
  input: Float32Array,
  output: Float32Array,
  gradient: Float32Array,
  [batch, height, width, channels]: number[],
  [, rows, columns]: number[],
  { size, stride, pad }: { size: number; stride: number; pad: number },
): void {
  gradient.fill(0);
  for (let n = 0, at = 0; n < batch; n++) {
    for (let row = 0; row < rows; row++) {
      const top = Math.max(0, row * stride - pad);
      const bottom = Math.min(height, row * stride - pad + size);
      for (let column = 0; column < columns; column++) {
        const left = Math.max(0, column * stride - pad);
        const right = Math.min(width, column * stride - pad + size);
        for (let c = 0; c < channels; c++, at++) {
          if (dy[at] === 0) continue;
          window: for (let y = top; y < bottom; y++) {
            let cell = ((n * height + y) * width + left) * channels + c;
            for (let x = left; x < right; x++, cell += channels) {
              if (input[cell] !== output[at]) continue;
              gradient[cell] += dy[at];
              break window;
            }
          }
        }
      }
    }
  }
}
