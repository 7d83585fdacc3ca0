/**
 * What a store can't do: `_FILE` open its file, `_VERSION` read a file of another layout, `_CURSOR` go on at a place
 * that is none, `_BUSY` take more writes for now, `_STOPPED` anything before start or after stop.
 */
export type StoreErrorCode =
  | 'DDNN_STORE_FILE'
  | 'DDNN_STORE_VERSION'
  | 'DDNN_STORE_CURSOR'
  | 'DDNN_STORE_BUSY'
  | 'DDNN_STORE_STOPPED';

/** A request that a store can't fulfil. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;
  /** True where the configuration is at fault. */
  readonly userFault: boolean;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.userFault = code === 'DDNN_STORE_FILE' || code === 'DDNN_STORE_VERSION';
  }
}
