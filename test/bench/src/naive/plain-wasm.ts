import { loadWasm, type TensorFlow } from '@ddnn/tensor';
import type { NamedAttrMap, TensorInfo } from '@tensorflow/tfjs';

/**
 * TensorFlow.js on WebAssembly as it comes, but for the one kernel without which it can't train a convolution: what the
 * training here is measured against. In a process of its own, for kernels are registered for the whole process. Throws
 * {@link TensorError} `DDNN_TENSOR_BACKEND`.
 */
export async function loadPlainWasm(): Promise<TensorFlow> {
  return (await loadWasm(registerFilterGradient)).tf;
}

/**
 * dW[ky,kx,c,f] = sum over n,y,x of in[n,y+ky-1,x+kx-1,c] dy[n,y,x,f]: a convolution with n as channels and dy as
 * filter. For stride 1 and a padding in pixels.
 */
function registerFilterGradient(tf: TensorFlow): void {
  tf.registerKernel({
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { x: image, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
      const run = (name: string, given: Record<string, TensorInfo>, how: object) =>
        tf.getKernel(name, 'wasm').kernelFunc({ inputs: given, backend, attrs: how as NamedAttrMap }) as TensorInfo;
      const around = [attrs!.pad, attrs!.pad];
      // Padded beforehand: with a filter as large as the map, padding inside XNNPACK writes outside its memory.
      const paddings = [[0, 0], around, around, [0, 0]];
      const padded = run('PadV2', { x: image }, { paddings, constantValue: 0 });
      const x = run('Transpose', { x: padded }, { perm: [3, 1, 2, 0] });
      const filter = run('Transpose', { x: dy }, { perm: [1, 2, 0, 3] });
      const how = { strides: [1, 1], pad: 'valid', dataFormat: 'NHWC', dilations: [1, 1] };
      const gradient = run('Conv2D', { x, filter }, how);
      const result = run('Transpose', { x: gradient }, { perm: [1, 2, 0, 3] });
      for (const { dataId } of [padded, x, filter, gradient]) {
        (backend as { disposeData(dataId: object): boolean }).disposeData(dataId as object);
      }
      return result;
    },
  });
}
