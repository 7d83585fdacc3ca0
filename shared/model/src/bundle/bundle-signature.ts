import { hashes, verify } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import { ModelError } from '../errors.js';
import { type PublicKey, publicKey } from './public-key.js';

/*
 * A signed bundle is a bundle file with 104 bytes behind it:
 *
 *   "DDNNSIG1" · public key (32 bytes) · Ed25519 signature (64 bytes, RFC 8032)
 *
 * The signature is over CONTEXT and the SHA-256 of the bundle file. So a bundle has the same hash, signed or not.
 */

const MARK = new TextEncoder().encode('DDNNSIG1');
/** So that no signature made for something else with the same key is one of a bundle. */
const CONTEXT = new TextEncoder().encode('DDNN bundle signature 1\n');
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const TRAILER_BYTES = MARK.length + KEY_BYTES + SIGNATURE_BYTES;

// The library has no SHA-512 of its own that works without waiting.
hashes.sha512 = sha512;

/** Who says to have signed a bundle, and the signature itself: 64 bytes. */
export interface BundleSignature {
  readonly key: PublicKey;
  readonly bytes: Uint8Array;
}

/** The bytes that are signed, for a bundle with this SHA-256. */
export function signedMessage(hash: Uint8Array): Uint8Array {
  return Uint8Array.of(...CONTEXT, ...hash);
}

/** Parts a file into the bundle itself and its signature, if it has one. Nothing is checked; the memory is shared. */
export function splitSignature(file: Uint8Array): { bundle: Uint8Array; signature: BundleSignature | undefined } {
  const start = file.length - TRAILER_BYTES;
  if (start < 0 || MARK.some((byte, i) => file[start + i] !== byte)) return { bundle: file, signature: undefined };
  const trailer = file.slice(start + MARK.length);
  const signature = { key: publicKey(trailer.slice(0, KEY_BYTES)), bytes: trailer.slice(KEY_BYTES) };
  return { bundle: file.subarray(0, start), signature };
}

/** The same bundle with this signature, in place of one that it may have had. */
export function withSignature(file: Uint8Array, { key, bytes }: BundleSignature): Uint8Array {
  const { bundle } = splitSignature(file);
  const signed = new Uint8Array(bundle.length + TRAILER_BYTES);
  signed.set(bundle);
  signed.set(MARK, bundle.length);
  signed.set(key.bytes, bundle.length + MARK.length);
  signed.set(bytes, bundle.length + MARK.length + KEY_BYTES);
  return signed;
}

/** Whether the signature is one of the bundle with this SHA-256, by the key that it names. Trust is another matter. */
export function isSigned(hash: Uint8Array, { key, bytes }: BundleSignature): boolean {
  // The strict rules of RFC 8032: one signature has one spelling, and no key of small order fits every message.
  return verify(bytes, signedMessage(hash), key.bytes, { zip215: false });
}

/**
 * Refuses a bundle that none of the trusted keys has signed; `name` is its file's. Throws `DDNN_BUNDLE_UNSIGNED`,
 * `DDNN_BUNDLE_SIGNER` (another key) or `DDNN_BUNDLE_SIGNATURE` (changed since).
 */
export function checkSigner(
  hash: Uint8Array,
  signature: BundleSignature | undefined,
  trusted: readonly PublicKey[],
  name: string,
): void {
  const ids = trusted.map(({ id }) => id).join(', ');
  if (!signature) {
    const why = `it is not signed, and only bundles signed by key ${ids} are accepted`;
    throw new ModelError('DDNN_BUNDLE_UNSIGNED', `${name}: ${why}: install the signed file, or ddnn bundle sign it`);
  }
  const { id } = signature.key;
  if (!trusted.some((key) => key.bytes.every((byte, i) => byte === signature.key.bytes[i]))) {
    const why = `it is signed by key ${id}, and only key ${ids} is trusted`;
    throw new ModelError('DDNN_BUNDLE_SIGNER', `${name}: ${why}: sign it with that key, or trust ${id} too`);
  }
  if (!isSigned(hash, signature)) {
    const why = `the signature of key ${id} is not one of this content: file or signature were changed`;
    throw new ModelError('DDNN_BUNDLE_SIGNATURE', `${name}: ${why}: do not use it, get it again from who signed it`);
  }
}
