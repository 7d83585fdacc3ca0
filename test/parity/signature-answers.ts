import { isSigned, openBundle, publicKey, splitSignature } from '@ddnn/model';
import { outcome } from './exact.js';

/** Who may have signed a bundle, whole and with one bit turned over at each place of its signature. */
export function signatureAnswers(signed: Uint8Array, key: Uint8Array): readonly unknown[] {
  const trusted = [publicKey(key)];
  const { hash, signature } = openBundle(signed, 'bundle', trusted);
  const start = splitSignature(signed).bundle.length;
  const places = Array.from({ length: signed.length - start }, (_, i) => start + i);
  const changed = places.map((place, i) => {
    const copy = signed.slice();
    copy[place] ^= 1 << (i & 7);
    return outcome(() => openBundle(copy, 'bundle', trusted).id);
  });
  return [isSigned(hash, signature!), ...changed];
}
