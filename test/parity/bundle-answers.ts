import { openBundle } from '@ddnn/model';
import { outcome, sha256 } from './exact.js';

/** How a bundle opens, whole and damaged. */
export interface BundleAnswers {
  /** SHA-256 that the bundle is named by. */
  readonly id: string;
  readonly figures: Readonly<Record<string, number | string>>;
  /** Name and SHA-256 of every tensor. */
  readonly tensors: readonly (readonly [string, string])[];
  /** One bit turned over, at places all over the file: how it is refused. */
  readonly damaged: readonly unknown[];
  /** Cut short, likewise. */
  readonly cut: readonly unknown[];
}

const PLACES = 64;

/** Opens a bundle as it is, with one bit turned over, and cut short. */
export async function bundleAnswers(file: Uint8Array): Promise<BundleAnswers> {
  const { id, figures, tensors } = openBundle(file);
  const hashes: [string, string][] = [];
  for (const [name, { buffer, byteOffset, byteLength }] of tensors) {
    hashes.push([name, await sha256([new Uint8Array(buffer, byteOffset, byteLength)])]);
  }
  const places = Array.from({ length: PLACES }, (_, i) => Math.floor((i * (file.length - 1)) / (PLACES - 1)));
  const damaged = places.map((place, i) => {
    const copy = file.slice();
    copy[place] ^= 1 << (i & 7);
    return outcome(() => openBundle(copy).id);
  });
  const cut = places.map((length) => outcome(() => openBundle(file.slice(0, length)).id));
  return { id, figures, tensors: hashes, damaged, cut };
}
