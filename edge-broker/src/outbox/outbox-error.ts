/**
 * Why an outbox can't be used. *FOLDER*: it cannot be opened; *LOCKED*: another edge has it; *DISK*: the disk is full
 * or fails, for now.
 */
export type OutboxErrorCode = 'DDNN_OUTBOX_FOLDER' | 'DDNN_OUTBOX_LOCKED' | 'DDNN_OUTBOX_DISK';

/** An outbox that can't be used. */
export class OutboxError extends Error {
  override readonly name = 'OutboxError';
  readonly code: OutboxErrorCode;
  readonly userFault: boolean;

  constructor(code: OutboxErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.userFault = code !== 'DDNN_OUTBOX_DISK';
  }
}
