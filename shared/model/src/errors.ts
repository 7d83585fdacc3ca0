/** Why an architecture or a bundle was refused; the list is in `docs/errors.md`. */
export type ModelErrorCode =
  | 'DDNN_ARCHITECTURE_SYNTAX'
  | 'DDNN_ARCHITECTURE_KEY'
  | 'DDNN_ARCHITECTURE_VALUE'
  | 'DDNN_ARCHITECTURE_SHAPE'
  | 'DDNN_BUNDLE_DAMAGED'
  | 'DDNN_BUNDLE_VERSION'
  | 'DDNN_BUNDLE_CONTENT'
  | 'DDNN_BUNDLE_UNFIT'
  | 'DDNN_BUNDLE_PIXELS'
  | 'DDNN_BUNDLE_KEY'
  | 'DDNN_BUNDLE_UNSIGNED'
  | 'DDNN_BUNDLE_SIGNER'
  | 'DDNN_BUNDLE_SIGNATURE';

/** An architecture, a bundle or a key that can't be used. Always the user's input. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly userFault = true;
  readonly code: ModelErrorCode;

  constructor(code: ModelErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
