import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { orUnreadable, RecordingError } from './recording-error.js';

/** An array of bytes with its dimensions, the first one outermost. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/**
 * Reads an IDX file of unsigned bytes, the format of MNIST (LeCun, Cortes, Burges), as it is or with `.gz` behind its
 * name.
 *
 * @throws RecordingError if neither file exists, or it is not an IDX file
 */
export async function readIdx(folder: string, name: string, dimensions: number): Promise<IdxArray> {
  const file = path.join(folder, name);
  const bytes = await readEither(file);
  const head = 4 + 4 * dimensions;
  const bad = (reason: string) => new RecordingError('DDNN_RECORDING_FORMAT', `${file}: not IDX: ${reason}`);
  const at = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  // Two zeros, 8 for unsigned bytes, the number of dimensions.
  if (bytes.length < head || at.getUint32(0) !== 0x800 + dimensions) {
    throw bad(`it does not begin with 00 00 08 0${dimensions}`);
  }
  const shape = Array.from({ length: dimensions }, (_, i) => at.getUint32(4 + 4 * i));
  const size = shape.reduce((product, length) => product * length, 1);
  if (bytes.length !== head + size) throw bad(`${bytes.length - head} bytes for ${shape.join(' x ')}`);
  return { shape, data: bytes.subarray(head) };
}

async function readEither(file: string): Promise<Uint8Array> {
  const zipped = !existsSync(file);
  const name = zipped ? `${file}.gz` : file;
  const bytes = await orUnreadable(zipped ? `${file} or .gz` : file, readFile(name));
  try {
    return zipped ? gunzipSync(bytes) : bytes;
  } catch (cause) {
    const reason = `${name}: damaged: ${(cause as Error).message}`;
    throw new RecordingError('DDNN_RECORDING_FORMAT', reason, { cause });
  }
}
