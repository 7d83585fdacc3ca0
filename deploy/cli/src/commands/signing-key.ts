import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { openBundle, type PublicKey, publicKey, signedMessage, withSignature } from '@ddnn/model';
import { UsageError } from '../terminal/failure.js';
import { naming } from './output-file.js';

const OWNER_ONLY = 0o600;
const OTHERS = 0o077;
/** An Ed25519 key as SubjectPublicKeyInfo (DER) ends with these bytes. */
const KEY_BYTES = 32;

/** A private key that bundles are signed with, and its public half. */
export interface SigningKey {
  readonly publicKey: PublicKey;
  /** The same bundle with this key's signature, in place of one that it may have had. */
  sign(bundle: Uint8Array): Uint8Array;
}

/**
 * Makes a key: writes FILE (PEM, PKCS#8, for its owner only) and FILE.pub (PEM). Throws {@link UsageError} if one of
 * them exists or can't be written; then there is neither.
 */
export async function makeSigningKey(file: string): Promise<PublicKey> {
  const pair = generateKeyPairSync('ed25519');
  const secret = pair.privateKey.export({ type: 'pkcs8', format: 'pem' });
  const shown = pair.publicKey.export({ type: 'spki', format: 'pem' });
  // A key that is there may be the only one that a fleet trusts, so nothing is written over.
  await naming('--out', file, writeFile(file, secret, { flag: 'wx', mode: OWNER_ONLY }));
  try {
    await naming('--out', `${file}.pub`, writeFile(`${file}.pub`, shown, { flag: 'wx' }));
  } catch (error) {
    await rm(file);
    throw error;
  }
  return rawKey(pair.publicKey);
}

/**
 * Reads a private key. Throws {@link UsageError} if it can't be read, is not an Ed25519 key, or can be read by others.
 * `option` is what names it, for messages.
 */
export async function readSigningKey(option: string, file: string): Promise<SigningKey> {
  const refuse = (why: string) => new UsageError(`${option} ${file}: ${why}`);
  let text: string;
  let mode: number;
  try {
    text = await readFile(file, 'utf8');
    ({ mode } = await stat(file));
  } catch (error) {
    throw refuse(`it cannot be read: ${(error as Error).message}`);
  }
  if (process.platform !== 'win32' && mode & OTHERS) {
    throw refuse('others than its owner can read it: chmod 600 it, or make a new key if somebody may have');
  }
  let key: KeyObject;
  try {
    key = createPrivateKey(text);
  } catch {
    throw refuse('it is not a private key without passphrase, in PEM');
  }
  if (key.asymmetricKeyType !== 'ed25519') throw refuse(`it is a key for ${key.asymmetricKeyType}, expected Ed25519`);
  const owner = rawKey(createPublicKey(key));
  return {
    publicKey: owner,
    sign: (bundle) => {
      const { hash } = openBundle(bundle);
      return withSignature(bundle, { key: owner, bytes: sign(null, signedMessage(hash), key) });
    },
  };
}

function rawKey(key: KeyObject): PublicKey {
  return publicKey(new Uint8Array(key.export({ type: 'spki', format: 'der' }).subarray(-KEY_BYTES)));
}
