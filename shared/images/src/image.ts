/** A decoded picture: 8-bit RGB, rows from top to bottom (HWC), `data.length === width * height * 3`. */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * What can be wrong with a picture:
 * `_UNKNOWN_FORMAT` neither PNG nor JPEG, `_UNSUPPORTED` a kind of PNG or JPEG that is not read, `_BROKEN` damaged or
 * cut off, `_SIZE` no pixels or too many, `_FILE` not readable.
 */
export type ImageErrorCode =
  | 'DDNN_IMAGE_UNKNOWN_FORMAT'
  | 'DDNN_IMAGE_UNSUPPORTED'
  | 'DDNN_IMAGE_BROKEN'
  | 'DDNN_IMAGE_SIZE'
  | 'DDNN_IMAGE_FILE';

/** A picture that cannot be used. The message names the file and the reason. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  readonly userFault = true;
  readonly code: ImageErrorCode;

  constructor(code: ImageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
