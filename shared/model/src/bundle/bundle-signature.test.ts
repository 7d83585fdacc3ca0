import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ModelError } from '../errors.js';
import { randomBundle } from '../testing/random-bundle.js';
import { openBundle } from './bundle.js';
import { isSigned, signedMessage, splitSignature, withSignature } from './bundle-signature.js';
import { parsePublicKey, publicKey } from './public-key.js';

const unsigned = randomBundle(
  {
    name: 'tiny',
    input: { height: 4, width: 4, channels: 1 },
    views: 1,
    classes: ['a', 'b'],
    device: { section: [{ convp: { filters: 1 } }] },
    local: { aggregator: 'max' },
    cloud: { aggregator: 'max', section: [] },
  },
  1,
);
const { hash } = openBundle(unsigned);

const ours = generateKeyPairSync('ed25519').privateKey;
const theirs = generateKeyPairSync('ed25519').privateKey;
const raw = (key: KeyObject) => new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' })).slice(-32);
const ourKey = publicKey(raw(ours));
const theirKey = publicKey(raw(theirs));

/** As `ddnn bundle sign` does it: with Node's own Ed25519. */
function signedBy(key: KeyObject, message = signedMessage(hash), named = publicKey(raw(key))): Uint8Array {
  return withSignature(unsigned, { key: named, bytes: new Uint8Array(sign(null, message, key)) });
}
const signed = signedBy(ours);

function refusal(file: Uint8Array, trusted = [ourKey]): ModelError {
  try {
    openBundle(file, 'street.ddnn', trusted);
  } catch (error) {
    if (error instanceof ModelError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

describe('a signed bundle', () => {
  it('is the same bundle, and says who signed it', () => {
    const bundle = openBundle(signed, 'street.ddnn', [theirKey, ourKey]);
    expect(bundle).toEqual({ ...openBundle(unsigned), signature: bundle.signature });
    expect(bundle.signature!.key).toEqual(ourKey);
    expect(isSigned(bundle.hash, bundle.signature!)).toBe(true);
    expect(openBundle(unsigned).signature).toBeUndefined();
  });

  it('opens where nobody asks for a signature, and loses it to the next one', () => {
    expect(openBundle(signed).id).toBe(openBundle(unsigned).id);
    const again = withSignature(signed, splitSignature(signedBy(theirs)).signature!);
    expect(again).toEqual(signedBy(theirs));
    expect(splitSignature(again).bundle).toEqual(unsigned);
  });

  it('is refused with any one byte changed, in any bit', () => {
    const codes = new Set<string>();
    const bytes = signed.slice();
    for (let i = 0; i < bytes.length; i++) {
      for (let bit = 0; bit < 8; bit++) {
        bytes[i] ^= 1 << bit;
        codes.add(refusal(bytes).code);
        bytes[i] = signed[i];
      }
    }
    expect(bytes).toEqual(signed);
    expect([...codes].sort()).toEqual([
      'DDNN_BUNDLE_DAMAGED',
      'DDNN_BUNDLE_SIGNATURE',
      'DDNN_BUNDLE_SIGNER',
      'DDNN_BUNDLE_VERSION',
    ]);
  });

  it('is refused at every other length', () => {
    for (let length = 0; length < signed.length; length++) {
      expect(refusal(signed.slice(0, length)).code, `${length} bytes`).toMatch(/DAMAGED|UNSIGNED/);
    }
    expect(refusal(Uint8Array.of(...signed, 0)).code).toBe('DDNN_BUNDLE_DAMAGED');
  });
});

describe('where only signed bundles are accepted', () => {
  it('an unsigned one is refused, with file, key and what to do', () => {
    const { code, message } = refusal(unsigned);
    expect(code).toBe('DDNN_BUNDLE_UNSIGNED');
    expect(message).toMatch(/^street\.ddnn: .*not signed.*bundle sign/);
    expect(message).toContain(ourKey.id);
  });

  it('one by another key is refused, and both keys are named', () => {
    const { code, message } = refusal(signedBy(theirs));
    expect(code).toBe('DDNN_BUNDLE_SIGNER');
    expect(message).toContain(ourKey.id);
    expect(message).toContain(theirKey.id);
  });

  it('other content under a right hash is refused', () => {
    const other = randomBundle(openBundle(unsigned).architecture, 2);
    const { code, message } = refusal(withSignature(other, splitSignature(signed).signature!));
    expect(code).toBe('DDNN_BUNDLE_SIGNATURE');
    expect(message).toContain(ourKey.id);
  });

  it('a signature by another key under our name is refused', () => {
    expect(refusal(signedBy(theirs, signedMessage(hash), ourKey)).code).toBe('DDNN_BUNDLE_SIGNATURE');
  });

  it('a signature of our key over something else is refused, even over the bare hash', () => {
    expect(refusal(signedBy(ours, hash)).code).toBe('DDNN_BUNDLE_SIGNATURE');
  });

  it('a second spelling of the same signature is refused', () => {
    const { key, bytes } = splitSignature(signed).signature!;
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    let scalar = order;
    for (let i = 0; i < 32; i++) scalar += BigInt(bytes[32 + i]) << BigInt(8 * i);
    const respelled = Uint8Array.from(bytes, (byte, i) =>
      i < 32 ? byte : Number((scalar >> BigInt(8 * (i - 32))) & 0xffn),
    );
    expect(refusal(withSignature(unsigned, { key, bytes: respelled })).code).toBe('DDNN_BUNDLE_SIGNATURE');
  });

  it('a key of small order, for which one signature fits everything, is of no use', () => {
    const neutral = Uint8Array.of(1, ...new Uint8Array(31));
    const key = publicKey(neutral);
    const forged = withSignature(unsigned, { key, bytes: Uint8Array.of(...neutral, ...new Uint8Array(32)) });
    expect(refusal(forged, [key]).code).toBe('DDNN_BUNDLE_SIGNATURE');
  });
});

describe('a public key', () => {
  const pem = createPublicKey(ours).export({ type: 'spki', format: 'pem' }).toString();
  const base64 = Buffer.from(raw(ours)).toString('base64');
  const codeOf = (text: string) => {
    try {
      parsePublicKey({ name: 'site.pub', text });
    } catch (error) {
      const { code, message } = error as ModelError;
      expect(message).toMatch(/^site\.pub: /);
      if (text.length > 20) expect(message).not.toContain(text.slice(-20).trim());
      return code;
    }
    return 'taken';
  };

  it('is read from PEM and from base64, with its id', () => {
    for (const text of [pem, base64, `\n${base64}\n`, pem.replaceAll('\n', '\r\n')]) {
      expect(parsePublicKey({ name: 'site.pub', text })).toEqual(ourKey);
    }
    expect(ourKey.id).toMatch(/^[0-9a-f]{16}$/);
  });

  it('is refused where it is private, of another kind, of another length, or no key at all', () => {
    const privatePem = ours.export({ type: 'pkcs8', format: 'pem' }).toString();
    const x25519 = generateKeyPairSync('x25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const wrong = [
      privatePem,
      x25519,
      base64.slice(4),
      `${base64}AAAA`,
      'ssh-ed25519 AAAA',
      '',
      pem.slice(5),
      `${pem}x`,
    ];
    expect(wrong.map(codeOf)).toEqual(wrong.map(() => 'DDNN_BUNDLE_KEY'));
  });
});
