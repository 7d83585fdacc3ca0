/** TensorFlow.js is not usable as asked for: the one who chose the backend can choose another. */
export class TensorError extends Error {
  override readonly name = 'TensorError';
  readonly userFault = true;
  readonly code = 'DDNN_TENSOR_BACKEND';
}
