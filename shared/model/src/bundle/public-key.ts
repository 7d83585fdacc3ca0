import { sha256 } from '@noble/hashes/sha2.js';
import { ModelError } from '../errors.js';

const KEY_BYTES = 32;
/** What stands before the 32 bytes of an Ed25519 key in a PEM file (SubjectPublicKeyInfo, RFC 8410). */
const PEM_PREFIX = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
const PEM = /^-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----$/;

/** An Ed25519 key that signatures of bundles are checked with. */
export interface PublicKey {
  /** 32 bytes (RFC 8032). */
  readonly bytes: Uint8Array;
  /** For people: the first 16 hexadecimal digits of the SHA-256 of the bytes. */
  readonly id: string;
}

/** A public key as text, and what messages call it: a file, or the setting that holds it. */
export interface NamedKeyText {
  readonly name: string;
  readonly text: string;
}

/** The public key of these 32 bytes. */
export function publicKey(bytes: Uint8Array): PublicKey {
  const digest = sha256(bytes).subarray(0, 8);
  return { bytes, id: Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('') };
}

/**
 * Reads a public key: PEM, as `ddnn bundle keygen` and OpenSSL write it, or its 32 bytes as base64. Throws
 * `DDNN_BUNDLE_KEY`, whose message does not repeat the text.
 */
export function parsePublicKey({ name, text }: NamedKeyText): PublicKey {
  if (text.includes('PRIVATE KEY')) {
    throw refusal(name, 'a private key: name its .pub file instead, and keep this one where bundles are signed');
  }
  const trimmed = text.trim();
  const pem = PEM.exec(trimmed)?.[1];
  const bytes = fromBase64(pem ?? trimmed);
  const start = pem === undefined ? 0 : PEM_PREFIX.length;
  const hasPrefix = pem === undefined || PEM_PREFIX.every((byte, i) => bytes?.[i] === byte);
  if (bytes?.length !== start + KEY_BYTES || !hasPrefix) {
    throw refusal(name, 'not an Ed25519 public key, in PEM or as the base64 of its 32 bytes');
  }
  return publicKey(bytes.slice(start));
}

function refusal(name: string, why: string): ModelError {
  return new ModelError('DDNN_BUNDLE_KEY', `${name}: ${why}`);
}

function fromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
