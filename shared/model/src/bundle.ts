import { checkArchitecture, type ResolvedArchitecture } from './architecture.js';
import { decodeBundleFile, encodeBundleFile, type Tensor } from './bundle-file.js';
import { ModelError } from './errors.js';
import { inferShapes, type NetworkShapes } from './shapes.js';

/** What an exit needs beside its weights. */
export interface ExitSettings {
  /** The sample exits where normalised entropy <= threshold; the cloud's is 1, for it always answers. */
  readonly threshold: number;
  /** What one unit of a quantised score is worth. */
  readonly step: number;
}

/** Everything of a bundle that is not a tensor. */
export interface BundleHeader {
  readonly architecture: ResolvedArchitecture;
  readonly exits: { readonly local?: ExitSettings; readonly edge?: ExitSettings; readonly cloud: ExitSettings };
  /** What training measured, for people: name → value. */
  readonly figures: Readonly<Record<string, number | string>>;
}

/** All sections of one trained network with thresholds, classes and figures. */
export interface Bundle extends BundleHeader {
  readonly shapes: NetworkShapes;
  /** SHA-256 of the file: 32 bytes. */
  readonly hash: Uint8Array;
  /** The hash as hexadecimal text. */
  readonly id: string;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** Writes a bundle. The same header and tensors give the same bytes. */
export function encodeBundle(header: BundleHeader, tensors: ReadonlyMap<string, Tensor>): Uint8Array {
  return encodeBundleFile(header, tensors);
}

/** Opens a bundle; `name` is the file's, for messages. Throws {@link ModelError} `DDNN_BUNDLE_*`. */
export function openBundle(bytes: Uint8Array, name = 'bundle'): Bundle {
  const { header, tensors, hash } = decodeBundleFile(bytes, name);
  const { architecture, exits, figures } = header as BundleHeader;
  checkArchitecture(architecture, () => name);
  if (architecture.views === undefined || architecture.classes === undefined || !exits?.cloud) {
    throw new ModelError('DDNN_BUNDLE_CONTENT', `${name}: views, classes or exits are missing`);
  }
  const id = Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return { architecture, exits, figures, shapes: inferShapes(architecture), hash, id, tensors };
}

/** A tensor of a bundle, of the type and length that its place needs. Throws `DDNN_BUNDLE_CONTENT`. */
export function tensor<T extends Tensor>(
  bundle: Bundle,
  name: string,
  type: abstract new (...args: never[]) => T,
  length: number,
): T {
  const found = bundle.tensors.get(name);
  if (!(found instanceof type) || found.length !== length) {
    const what = found ? `${found.constructor.name} of ${found.length}` : 'missing';
    throw new ModelError('DDNN_BUNDLE_CONTENT', `tensor ${name}: ${what}, expected ${type.name} of ${length}`);
  }
  return found;
}

/**
 * Refuses a bundle that would send pixels from a camera (an empty device section), unless the configuration allows it.
 * Agent and edge both call this. Throws `DDNN_BUNDLE_PIXELS`.
 */
export function refusePixels(bundle: Bundle, allowPixels: boolean): void {
  if (bundle.architecture.device.section.length === 0 && !allowPixels) {
    throw new ModelError(
      'DDNN_BUNDLE_PIXELS',
      `bundle ${bundle.id.slice(0, 12)} has an empty device section, so pixels would leave the camera; set allowPixels: true to permit it`,
    );
  }
}
