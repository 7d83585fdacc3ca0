/** Why a frame was refused. Each code stands for exactly one reason; the list is in `docs/errors.md`. */
export type FrameErrorCode =
  | 'DDNN_FRAME_TRUNCATED'
  | 'DDNN_FRAME_OVERSIZED'
  | 'DDNN_FRAME_VERSION'
  | 'DDNN_FRAME_KIND'
  | 'DDNN_FRAME_EPOCH'
  | 'DDNN_FRAME_VALUE';

/** A frame that can't be decoded, or a value that can't be encoded. `offset` is the byte at which it went wrong. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
  readonly code: FrameErrorCode;
  readonly offset: number;

  constructor(code: FrameErrorCode, message: string, offset: number) {
    super(`${message} (byte ${offset})`);
    this.code = code;
    this.offset = offset;
  }
}

/** The error for a value that its field can't have. */
export function invalid(message: string, offset: number): FrameError {
  return new FrameError('DDNN_FRAME_VALUE', message, offset);
}

/** A name that is not allowed in a topic. */
export class TopicError extends Error {
  override readonly name = 'TopicError';
  readonly code = 'DDNN_TOPIC_NAME';
}
