/** Why a network can't be trained or evaluated on these data. */
export type TrainingErrorCode =
  | 'DDNN_TRAINING_VIEWS'
  | 'DDNN_TRAINING_CLASSES'
  | 'DDNN_TRAINING_INPUT'
  | 'DDNN_TRAINING_EMPTY'
  | 'DDNN_TRAINING_OPTION'
  | 'DDNN_TRAINING_BUNDLES'
  | 'DDNN_TRAINING_BUDGET'
  | 'DDNN_TRAINING_DIVERGED'
  | 'DDNN_CHECKPOINT_FILE'
  | 'DDNN_CHECKPOINT_EXISTS'
  | 'DDNN_CHECKPOINT_OTHER'
  | 'DDNN_CHECKPOINT_DAMAGED';

/** Data, architecture, bundle and options that do not go together. Always the user's input. */
export class TrainingError extends Error {
  override readonly name = 'TrainingError';
  readonly userFault = true;
  readonly code: TrainingErrorCode;

  constructor(code: TrainingErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The error for an option, or an architecture's setting, that can't be used here. */
export function badOption(message: string): TrainingError {
  return new TrainingError('DDNN_TRAINING_OPTION', message);
}
