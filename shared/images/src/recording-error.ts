/**
 * What can be wrong with recorded samples: `_FILE` not readable, `_FORMAT` not the layout it should have, `_SPLIT` no
 * such split, `_SIZE` pictures of another size than asked for, `_LABEL` no class, several, or one that the bundle
 * lacks, `_EMPTY` a sample that no camera sees (only a check tells).
 */
export type RecordingErrorCode =
  | 'DDNN_RECORDING_FILE'
  | 'DDNN_RECORDING_FORMAT'
  | 'DDNN_RECORDING_SPLIT'
  | 'DDNN_RECORDING_SIZE'
  | 'DDNN_RECORDING_LABEL'
  | 'DDNN_RECORDING_EMPTY';

/** Recorded samples that cannot be used. The message names the file, and sample and view where there are some. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
  readonly userFault = true;
  readonly code: RecordingErrorCode;

  constructor(code: RecordingErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What a reading gives. @throws RecordingError `DDNN_RECORDING_FILE` naming the file where it fails */
export async function orUnreadable<T>(file: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (cause) {
    throw new RecordingError('DDNN_RECORDING_FILE', `${file}: cannot be read: ${(cause as Error).message}`, { cause });
  }
}
