import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { ModelError } from '../errors.js';
import { decodeBundleFile, encodeBundleFile, type Tensor } from './bundle-file.js';

const header = { about: 'ein Bündel', nested: { list: [1, 2.5, null] } };
const tensors = new Map<string, Tensor>([
  ['bits', Uint8Array.of(1, 2, 3, 254, 255)],
  ['signs', Int8Array.of(-1, 1, -128)],
  ['bias', Int16Array.of(-32_768, 0, 32_767)],
  ['shares', Uint16Array.of(0, 65_535)],
  ['none', new Float32Array(0)],
  ['thresholds', Int32Array.of(-(2 ** 31), 0, 2 ** 31 - 1)],
  ['scale', Float32Array.of(-0, 1e-45, 3.5, Number.NaN)],
]);
const file = encodeBundleFile(header, tensors);

function refusal(bytes: Uint8Array): ModelError {
  try {
    decodeBundleFile(bytes, 'street.ddnn');
  } catch (error) {
    if (error instanceof ModelError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

/** A file with any header, any word on its length and a body of that many bytes, under a hash that is right. */
function forge(text: string | Uint8Array, { bodyBytes = 64, headerLength = -1 } = {}): Uint8Array {
  const json = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const bytes = new Uint8Array(Math.ceil((12 + json.length) / 8) * 8 + bodyBytes + 32);
  bytes.set(file.subarray(0, 8));
  new DataView(bytes.buffer).setUint32(8, headerLength < 0 ? json.length : headerLength, true);
  bytes.set(json, 12);
  bytes.set(sha256(bytes.subarray(0, -32)), bytes.length - 32);
  return bytes;
}

const entry = { name: 'a', type: 'u8', offset: 0, length: 64 };

describe('a bundle file', () => {
  it('gives back header and tensors', () => {
    const decoded = decodeBundleFile(file, 'street.ddnn');
    expect(decoded.header).toEqual(header);
    expect(decoded.tensors).toEqual(tensors);
    expect(decoded.hash).toEqual(sha256(file.subarray(0, -32)));
  });

  it('is the same for the same parts, and another for another bit', () => {
    expect(encodeBundleFile(structuredClone(header), new Map(tensors))).toEqual(file);
    const other = new Map(tensors).set('bits', Uint8Array.of(1, 2, 3, 254, 254));
    expect(encodeBundleFile(header, other).slice(-32)).not.toEqual(file.slice(-32));
  });

  it('is written from views into larger buffers too', () => {
    const large = new Uint8Array(64).fill(9);
    const part = new Int32Array(large.buffer, 8, 3);
    part.set([5, -6, 7]);
    const decoded = decodeBundleFile(encodeBundleFile({}, new Map([['part', part]])), 'street.ddnn');
    expect(decoded.tensors.get('part')).toEqual(Int32Array.of(5, -6, 7));
  });

  it('without tensors is one too', () => {
    expect(decodeBundleFile(encodeBundleFile({}, new Map()), 'street.ddnn').tensors.size).toBe(0);
  });

  it.each([0, 1, 3, 8])('is read from within a larger Buffer, %i bytes in, and shares no memory with it', (at) => {
    const buffer = Buffer.alloc(file.length + at + 5, 7);
    buffer.set(file, at);
    const decoded = decodeBundleFile(buffer.subarray(at, at + file.length), 'street.ddnn');
    buffer.fill(0);
    expect(decoded.tensors).toEqual(tensors);
    expect(decoded.hash).toEqual(file.slice(-32));
    for (const tensor of decoded.tensors.values()) expect(tensor.buffer.byteLength).toBe(tensor.byteLength);
  });

  it('is refused with any one byte changed', () => {
    const bytes = file.slice();
    for (let i = 0; i < bytes.length; i++) {
      bytes[i] ^= 1 << (i & 7);
      const { code } = refusal(bytes);
      if (i >= 4 && i < 8) expect(code).toBe('DDNN_BUNDLE_VERSION');
      else expect(code, `byte ${i}`).toBe('DDNN_BUNDLE_DAMAGED');
      bytes[i] = file[i];
    }
    expect(bytes).toEqual(file);
  });

  it('is refused at every other length', () => {
    for (let length = 0; length < file.length; length++) {
      expect(refusal(file.slice(0, length)).code, `${length} bytes`).toBe('DDNN_BUNDLE_DAMAGED');
    }
    expect(refusal(Uint8Array.of(...file, 0)).code).toBe('DDNN_BUNDLE_DAMAGED');
  });

  it('is refused with its name and what is wrong', () => {
    expect(refusal(new Uint8Array(10)).message).toBe('street.ddnn: 10 bytes are too few for a bundle');
    expect(refusal(new TextEncoder().encode('PK'.repeat(50))).message).toMatch(/^street\.ddnn: not a bundle/);
    const damaged = file.slice();
    damaged[20] ^= 1;
    expect(refusal(damaged).message).toMatch(/^street\.ddnn: its SHA-256 does not match/);
    const future = file.slice();
    future[4] = 2;
    expect(refusal(future).message).toBe('street.ddnn: format 2, this software reads 1');
  });
});

describe('a bundle file with a right hash and a wrong header', () => {
  it('is read where the header is right after all', () => {
    const decoded = decodeBundleFile(forge(JSON.stringify({ tensors: [entry] })), 'street.ddnn');
    expect(decoded.tensors.get('a')).toEqual(new Uint8Array(64));
  });

  it.each([0, 1, 40, 4096, 2 ** 31, 2 ** 32 - 1])('is damaged where the header claims %i bytes', (headerLength) => {
    const { code, message } = refusal(forge(JSON.stringify({ tensors: [entry] }), { headerLength }));
    expect(code).toBe('DDNN_BUNDLE_DAMAGED');
    expect(message).toContain(headerLength < 200 ? 'not JSON' : 'its header ends beyond the file');
  });

  it.each([
    '',
    'no JSON',
    'null',
    '7',
    '"tensors"',
    '[]',
    '{}',
    '{"tensors":null}',
    '{"tensors":{}}',
    '{"tensors":[null]}',
    '{"tensors":[3]}',
    '{"tensors":[[]]}',
    '['.repeat(100_000),
  ])('is damaged where the header is %.20s', (text) => {
    expect(refusal(forge(text)).code).toBe('DDNN_BUNDLE_DAMAGED');
  });

  it('is damaged where the header is not UTF-8', () => {
    const text = new TextEncoder().encode(JSON.stringify({ about: '?', tensors: [entry] }));
    text[10] = 0xff;
    expect(refusal(forge(text)).message).toContain('not JSON');
  });

  it.each<Record<string, unknown>>([
    { offset: -8 },
    { offset: 8 },
    { offset: 4, length: 60 },
    { offset: 1e300 },
    { offset: 2 ** 53 },
    { offset: null },
    { offset: '0' },
    { offset: 0.5 },
    { length: -1 },
    { length: 63.5 },
    { length: null },
    { length: '64' },
    { length: 65 },
    { length: 1e300 },
    { length: 2 ** 53 - 1 },
    { length: 8 },
    { type: 'i32' },
    { type: 'f64' },
    { type: 'constructor' },
    { type: '__proto__' },
    { type: null },
    { type: ['u8'] },
    { name: null },
    { name: 7 },
  ])('is damaged where a tensor has %o', (change) => {
    expect(refusal(forge(JSON.stringify({ tensors: [{ ...entry, ...change }] }))).code).toBe('DDNN_BUNDLE_DAMAGED');
  });

  it('is damaged where tensors overlap, leave a gap or share a name', () => {
    const two = (first: object, second: object) =>
      refusal(
        forge(
          JSON.stringify({
            tensors: [
              { ...entry, length: 32, ...first },
              { ...entry, name: 'b', offset: 32, length: 32, ...second },
            ],
          }),
        ),
      );
    expect(two({}, { offset: 0 }).message).toContain('tensor b is not where it belongs');
    expect(two({}, { offset: 24 }).message).toContain('tensor b is not where it belongs');
    expect(two({}, { offset: 40, length: 24 }).message).toContain('tensor b is not where it belongs');
    expect(two({}, { name: 'a' }).message).toContain('tensor a is not where it belongs');
    expect(two({}, { length: 16 }).message).toContain('16 bytes belong to no tensor');
  });
});
