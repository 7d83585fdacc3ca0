import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { CsvError, parse } from 'csv-parse/sync';
import { ManifestError } from './manifest-error.js';

/** One record of a manifest; the header is one too. */
export interface ManifestLine {
  readonly cells: readonly string[];
  /** 1-based line of the file that it begins on */
  readonly line: number;
  /** the first cell whose bytes are no UTF-8; absent where all are */
  readonly garbled?: number | undefined;
}

/** Why a cell that is no UTF-8 is refused. */
export const NOT_UTF8 = 'it is not UTF-8, so two labels could look like one: save it as CSV in UTF-8';

/** What a decoder puts in the place of bytes that are no UTF-8. */
const REPLACEMENT = '\uFFFD';
const LINE_END = /\r\n?|\n/;

/**
 * Reads a CSV file in UTF-8, with or without a byte order mark, into its cells.
 *
 * @throws ManifestError where it can't be read, is UTF-16 or is not CSV
 */
export async function readManifestLines(file: string): Promise<ManifestLine[]> {
  const bytes = await readBytes(file);
  const records = parseCsv(file, bytes.toString('utf8'));
  if (isUtf8(bytes)) return records;
  return records.map((record) => {
    const garbled = record.cells.findIndex((cell) => cell.includes(REPLACEMENT));
    return garbled < 0 ? record : { ...record, garbled };
  });
}

async function readBytes(file: string): Promise<Buffer> {
  const at = { file, line: 1, column: 'sample' };
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    throw new ManifestError('DDNN_MANIFEST_FILE', at, `cannot be read: ${(cause as Error).message}`, { cause });
  }
  const zero = bytes.indexOf(0);
  // UTF-16 begins with a mark, or has a zero in every letter of English.
  if (zero >= 0 || /^(\xff\xfe|\xfe\xff)/.test(bytes.toString('latin1', 0, 2))) {
    const line = bytes.toString('latin1', 0, Math.max(0, zero)).split(LINE_END).length;
    const reason = 'it is UTF-16 or no text: save it as CSV in UTF-8';
    throw new ManifestError('DDNN_MANIFEST_ENCODING', { ...at, line }, reason);
  }
  return bytes;
}

interface ParsedRecord {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

function parseCsv(file: string, text: string): ManifestLine[] {
  try {
    const options = { bom: true, info: true, relax_column_count: true, skip_empty_lines: true, trim: true };
    // Line ends are made equal, because the parser counts a CRLF inside quotes twice.
    const records = parse(text.split(LINE_END).join('\n'), options) as unknown as ParsedRecord[];
    // The parser tells a record's last line; a quoted line end makes it begin earlier.
    return records.map(({ record, info }) => ({
      cells: record,
      line: info.lines - record.join('').split('\n').length + 1,
    }));
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const line = typeof cause.lines === 'number' ? cause.lines : 1;
    const column = cause.column === undefined ? 'sample' : `cell ${Number(cause.column) + 1}`;
    throw new ManifestError('DDNN_MANIFEST_SYNTAX', { file, line, column }, `not CSV: ${cause.message}`, { cause });
  }
}
