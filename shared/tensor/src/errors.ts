/** Why TensorFlow.js can't be used here. */
export type TensorErrorCode = 'DDNN_TENSOR_BACKEND';

/** TensorFlow.js is not usable as asked for: the one who chose the backend can choose another. */
export class TensorError extends Error {
  override readonly name = 'TensorError';
  readonly userFault = true;
  readonly code: TensorErrorCode;

  constructor(code: TensorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
