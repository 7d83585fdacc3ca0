/** Where in a manifest something is wrong; `line` is 1-based, the header is line 1. */
export interface ManifestPlace {
  readonly file: string;
  readonly line: number;
  readonly column: string;
}

/**
 * What can be wrong with a manifest: `_FILE` not readable, `_ENCODING` not UTF-8, `_EMPTY` no samples, `_SYNTAX` not
 * CSV, `_COLUMN` a column is missing, `_DUPLICATE_COLUMN`, `_VIEWS` views not numbered 0 to N, `_CELLS` a row with too
 * many or too few cells, `_SAMPLE` no sample id, `_DUPLICATE_SAMPLE`, `_LABEL` no label, `_UNKNOWN_LABEL`, `_SPLIT` no
 * row of that split, `_IMAGE` an image file is missing.
 */
export type ManifestErrorCode =
  | 'DDNN_MANIFEST_FILE'
  | 'DDNN_MANIFEST_ENCODING'
  | 'DDNN_MANIFEST_EMPTY'
  | 'DDNN_MANIFEST_SYNTAX'
  | 'DDNN_MANIFEST_COLUMN'
  | 'DDNN_MANIFEST_DUPLICATE_COLUMN'
  | 'DDNN_MANIFEST_VIEWS'
  | 'DDNN_MANIFEST_CELLS'
  | 'DDNN_MANIFEST_SAMPLE'
  | 'DDNN_MANIFEST_DUPLICATE_SAMPLE'
  | 'DDNN_MANIFEST_LABEL'
  | 'DDNN_MANIFEST_UNKNOWN_LABEL'
  | 'DDNN_MANIFEST_SPLIT'
  | 'DDNN_MANIFEST_IMAGE';

/** A reason may quote a cell or a list of names, and those may be of any length. */
const MOST_CHARACTERS = 500;

function cut(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}

/** A manifest that cannot be used. The message names file, line and column; of a file that cannot be read, the file. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
  readonly userFault = true;
  readonly code: ManifestErrorCode;
  readonly file: string;
  readonly line: number;
  readonly column: string;

  constructor(code: ManifestErrorCode, place: ManifestPlace, reason: string, options?: ErrorOptions) {
    const cell = `, line ${place.line}, column ${cut(JSON.stringify(place.column))}`;
    super(`${place.file}${code === 'DDNN_MANIFEST_FILE' ? '' : cell}: ${cut(reason)}`, options);
    this.code = code;
    this.file = place.file;
    this.line = place.line;
    this.column = place.column;
  }
}
