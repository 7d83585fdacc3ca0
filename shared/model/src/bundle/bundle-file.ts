import { sha256 } from '@noble/hashes/sha2.js';
import { ModelError } from '../errors.js';
import { type BundleSignature, checkSigner, splitSignature } from './bundle-signature.js';
import type { PublicKey } from './public-key.js';

/*
 * A bundle file:
 *
 *   "DDNB" · u32 format · u32 length of the header · header (JSON, UTF-8) · tensors, each from a multiple of 8 ·
 * SHA-256
 *
 * The header's `tensors` lists name, type, offset (from the first tensor) and length of each, in the order of the file
 * and without gaps. The hash covers every byte before it and is the bundle's name. All integers are little-endian.
 * A signature may follow, see bundle-signature.ts.
 */

const MAGIC = [0x44, 0x44, 0x4e, 0x42];
const FORMAT = 1;
const PREFIX_BYTES = 12;
const HASH_BYTES = 32;
const ALIGNMENT = 8;

/** A named array of a bundle. */
export type Tensor = Uint8Array | Int8Array | Uint16Array | Int16Array | Int32Array | Float32Array;

const types = {
  u8: Uint8Array,
  i8: Int8Array,
  u16: Uint16Array,
  i16: Int16Array,
  i32: Int32Array,
  f32: Float32Array,
} as const;
type TypeName = keyof typeof types;

interface TensorEntry {
  readonly name: string;
  readonly type: TypeName;
  readonly offset: number;
  readonly length: number;
}

/** The parts of a bundle file: what the header says, the tensors by name, the file's hash, and who signed it. */
export interface BundleFile {
  readonly header: unknown;
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly hash: Uint8Array;
  readonly signature: BundleSignature | undefined;
}

/** Writes a bundle file; the same parts give the same bytes. */
export function encodeBundleFile(header: object, tensors: ReadonlyMap<string, Tensor>): Uint8Array {
  const entries: TensorEntry[] = [];
  let offset = 0;
  for (const [name, tensor] of tensors) {
    entries.push({ name, type: typeName(tensor), offset, length: tensor.length });
    offset = align(offset + tensor.byteLength);
  }
  const text = new TextEncoder().encode(JSON.stringify({ ...header, tensors: entries }));
  const start = align(PREFIX_BYTES + text.length);
  const bytes = new Uint8Array(start + offset + HASH_BYTES);
  bytes.set(MAGIC);
  const view = new DataView(bytes.buffer);
  view.setUint32(4, FORMAT, true);
  view.setUint32(8, text.length, true);
  bytes.set(text, PREFIX_BYTES);
  for (const entry of entries) {
    const tensor = tensors.get(entry.name)!;
    bytes.set(new Uint8Array(tensor.buffer, tensor.byteOffset, tensor.byteLength), start + entry.offset);
  }
  bytes.set(sha256(bytes.subarray(0, -HASH_BYTES)), bytes.length - HASH_BYTES);
  return bytes;
}

/**
 * Reads a bundle file. Throws `DDNN_BUNDLE_DAMAGED` or `DDNN_BUNDLE_VERSION`; `name` is the file's, for the message.
 *
 * @param trusted the keys of which one must have signed it, see {@link checkSigner}; left out: it may be unsigned, and
 * a signature is not checked
 */
export function decodeBundleFile(file: Uint8Array, name: string, trusted?: readonly PublicKey[]): BundleFile {
  // slice() of a Node Buffer shares memory, slice() of a Uint8Array copies: tensors must own their memory.
  const { bundle: bytes, signature } = splitSignature(new Uint8Array(file.buffer, file.byteOffset, file.byteLength));
  const damaged = (why: string) => new ModelError('DDNN_BUNDLE_DAMAGED', `${name}: ${why}`);
  if (bytes.length < PREFIX_BYTES + HASH_BYTES) throw damaged(`${bytes.length} bytes are too few for a bundle`);
  if (MAGIC.some((byte, i) => bytes[i] !== byte)) throw damaged('not a bundle: it does not start with "DDNB"');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const format = view.getUint32(4, true);
  if (format !== FORMAT)
    throw new ModelError('DDNN_BUNDLE_VERSION', `${name}: format ${format}, this software reads ${FORMAT}`);
  const hash = bytes.slice(-HASH_BYTES);
  if (sha256(bytes.subarray(0, -HASH_BYTES)).some((byte, i) => byte !== hash[i])) {
    throw damaged('its SHA-256 does not match its content: copy it again');
  }
  // Before the rest is read, so that nobody else's JSON gets to the parser.
  if (trusted) checkSigner(hash, signature, trusted, name);
  // The hash detects accidents, not attacks: anybody who writes a file can compute the hash. So everything below is
  // checked.
  const body = bytes.subarray(0, -HASH_BYTES);
  const headerEnd = PREFIX_BYTES + view.getUint32(8, true);
  const start = align(headerEnd);
  if (start > body.length) throw damaged('its header ends beyond the file');
  const { tensors: entries, ...header } = parseHeader(body.subarray(PREFIX_BYTES, headerEnd), damaged);
  const tensors = new Map<string, Tensor>();
  let offset = 0;
  for (const [i, entry] of entries.entries()) {
    if (!isTensorEntry(entry)) throw damaged(`tensor ${i} of its header is not a name, type, offset and length`);
    if (entry.offset !== offset || tensors.has(entry.name))
      throw damaged(`tensor ${entry.name} is not where it belongs`);
    const end = start + offset + entry.length * types[entry.type].BYTES_PER_ELEMENT;
    if (end > body.length) throw damaged(`tensor ${entry.name} ends beyond the file`);
    tensors.set(entry.name, new types[entry.type](body.slice(start + offset, end).buffer));
    offset = align(end - start);
  }
  if (start + offset !== body.length) throw damaged(`${body.length - start - offset} bytes belong to no tensor`);
  return { header, tensors, hash, signature };
}

function parseHeader(text: Uint8Array, damaged: (why: string) => ModelError): { readonly tensors: readonly unknown[] } {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text));
  } catch {
    throw damaged('its header is not JSON');
  }
  const tensors = (header as { tensors?: unknown } | null)?.tensors;
  if (!Array.isArray(tensors)) throw damaged('its header lists no tensors');
  return { ...(header as object), tensors };
}

function isTensorEntry(entry: unknown): entry is TensorEntry {
  const { name, type, length } = (entry ?? {}) as Partial<TensorEntry>;
  return (
    typeof name === 'string' &&
    typeof type === 'string' &&
    Object.hasOwn(types, type) &&
    Number.isSafeInteger(length) &&
    length! >= 0
  );
}

function typeName(tensor: Tensor): TypeName {
  const [name] = Object.entries(types).find(([, type]) => tensor instanceof type)!;
  return name as TypeName;
}

function align(offset: number): number {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
}
