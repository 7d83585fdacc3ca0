/**
 * What a store can't do. `_FILE`: open its file. `_VERSION`: read a file of a later layout. `_IN_USE`: share the file
 * with another cloud. `_FULL`: write to a full disk. `_READONLY`: write at all. `_DAMAGED`: read a file that is not as
 * SQLite wrote it. `_FAILED`: something that SQLite refuses for another reason. `_CURSOR`: continue at a place that
 * does not exist. `_BUSY`: take more for now. `_SLOW`: read in time. `_STOPPED`: anything before start or after stop.
 */
export type StoreErrorCode =
  | 'DDNN_STORE_FILE'
  | 'DDNN_STORE_VERSION'
  | 'DDNN_STORE_IN_USE'
  | 'DDNN_STORE_FULL'
  | 'DDNN_STORE_READONLY'
  | 'DDNN_STORE_DAMAGED'
  | 'DDNN_STORE_FAILED'
  | 'DDNN_STORE_CURSOR'
  | 'DDNN_STORE_BUSY'
  | 'DDNN_STORE_SLOW'
  | 'DDNN_STORE_STOPPED';

/** If a store can't start because of one of these, the cause is outside the program, and a person can correct it. */
const USER_FAULTS: readonly StoreErrorCode[] = [
  'DDNN_STORE_FILE',
  'DDNN_STORE_VERSION',
  'DDNN_STORE_IN_USE',
  'DDNN_STORE_FULL',
  'DDNN_STORE_READONLY',
  'DDNN_STORE_DAMAGED',
];

/** By the beginning of SQLite's own code, or of the system's. */
const CODES: readonly (readonly [string, StoreErrorCode])[] = [
  ['SQLITE_FULL', 'DDNN_STORE_FULL'],
  ['SQLITE_READONLY', 'DDNN_STORE_READONLY'],
  ['SQLITE_CORRUPT', 'DDNN_STORE_DAMAGED'],
  ['EROFS', 'DDNN_STORE_READONLY'],
  ['EACCES', 'DDNN_STORE_READONLY'],
];

/** A request that a store can't fulfil. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;
  /** True where the configuration or the disk is at fault. */
  readonly userFault: boolean;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.userFault = USER_FAULTS.includes(code);
  }
}

/** Turns an error of SQLite into one of this family, with SQLite's own words. `otherwise`: the code if none fits. */
export function storeError(file: string, cause: unknown, otherwise: StoreErrorCode): StoreError {
  if (cause instanceof StoreError) return cause;
  const { code: given, message } = cause as { code?: unknown; message: string };
  const code = CODES.find(([start]) => String(given).startsWith(start))?.[1] ?? otherwise;
  return new StoreError(code, `store.file ${file}: ${message}`, { cause });
}
