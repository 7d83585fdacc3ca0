import { RecordingError } from './recording-error.js';

/** An array of numbers with its dimensions, the first one outermost. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Int8Array | Int16Array | Int32Array | Uint8Array;
}

const KINDS = {
  '<f4': Float32Array,
  '<f8': Float64Array,
  '|i1': Int8Array,
  '<i2': Int16Array,
  '<i4': Int32Array,
  '<i8': BigInt64Array,
  '|u1': Uint8Array,
} as const;

/**
 * Reads an NPY file, the format of `numpy.save` (versions 1 to 3), in C order and little endian. 64-bit integers become
 * doubles.
 *
 * @param name what errors call it
 * @throws RecordingError where it is no such file
 */
export function parseNpy(bytes: Uint8Array, name: string): NpyArray {
  const bad = (reason: string) => new RecordingError('DDNN_RECORDING_FORMAT', `${name}: ${reason}`);
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
  if (bytes.length < 12 || magic.some((byte, i) => bytes[i] !== byte)) throw bad('not NPY');
  const at = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const long = bytes[6]! > 1;
  const start = long ? 12 : 10;
  const head = start + (long ? at.getUint32(8, true) : at.getUint16(8, true));
  const text = new TextDecoder('latin1').decode(bytes.subarray(start, head));
  const kind = /'descr':\s*'([^']+)'/.exec(text)?.[1] ?? 'none';
  const shape = /'shape':\s*\(([\d,\s]*)\)/.exec(text)?.[1]?.match(/\d+/g)?.map(Number);
  if (!(kind in KINDS)) throw bad(`numbers of type ${kind}; there are ${Object.keys(KINDS).join(', ')}`);
  if (shape === undefined || !/'fortran_order':\s*False/.test(text)) throw bad('no shape, or not in C order');
  const type = KINDS[kind as keyof typeof KINDS];
  const size = shape.reduce((product, length) => product * length, 1) * type.BYTES_PER_ELEMENT;
  if (bytes.length !== head + size) throw bad(`${bytes.length - head} bytes for ${shape.join(' x ')} of ${kind}`);
  // A copy, since a typed array must begin on a multiple of its element.
  const data = new type(bytes.slice(head).buffer);
  return { shape, data: data instanceof BigInt64Array ? Float64Array.from(data, Number) : data };
}
