import { checkArchitecture, type ResolvedArchitecture } from '../architecture/architecture.js';
import { NEVER_EXITS } from '../architecture/confidence.js';
import { resolveArchitecture } from '../architecture/resolve.js';
import { inferShapes, type NetworkShapes } from '../architecture/shapes.js';
import { ModelError } from '../errors.js';
import { decodeBundleFile, encodeBundleFile, type Tensor } from './bundle-file.js';
import type { BundleSignature } from './bundle-signature.js';
import type { PublicKey } from './public-key.js';

/** What an exit needs in addition to its weights. */
export interface ExitSettings {
  /**
   * The sample exits if uncertainty <= threshold, which is 0 to 1 or `NEVER_EXITS`. The cloud's is 1, because it always
   * answers.
   */
  readonly threshold: number;
  /** What one unit of a quantised score is worth. */
  readonly step: number;
}

/** The distance between two scores of a larger step could be infinite, and nobody could say how sure an exit is. */
const LARGEST_STEP = 2 ** 64;

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
  /** Undefined: it is not signed. It was checked only if trusted keys were given when the bundle was opened. */
  readonly signature: BundleSignature | undefined;
}

/** Writes a bundle. The same header and tensors, in the same order, give the same bytes. */
export function encodeBundle(header: BundleHeader, tensors: ReadonlyMap<string, Tensor>): Uint8Array {
  return encodeBundleFile(header, tensors);
}

/**
 * Opens a bundle; `name` is the file's, for messages. Throws {@link ModelError} `DDNN_BUNDLE_*`.
 *
 * @param trusted the keys of which one must have signed it; left out: anybody may have written it
 */
export function openBundle(bytes: Uint8Array, name = 'bundle', trusted?: readonly PublicKey[]): Bundle {
  const { header, tensors, hash, signature } = decodeBundleFile(bytes, name, trusted);
  const { architecture, exits, figures = {} } = header as Partial<BundleHeader>;
  try {
    checkArchitecture(architecture);
    const { views, classes } = architecture as ResolvedArchitecture;
    if (views === undefined || classes === undefined) throw content('views or classes are missing');
    const resolved = resolveArchitecture(architecture as ResolvedArchitecture, { views, classes });
    const shapes = inferShapes(resolved);
    checkExits(exits, resolved);
    if (!isFigures(figures)) throw content('figures must be numbers and texts');
    const id = Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
    return { architecture: resolved, exits, figures, shapes, hash, id, tensors, signature };
  } catch (error) {
    // The user who opens a bundle did not write its architecture, so every fault in it is a fault of the file.
    if (error instanceof ModelError) throw content(`${name}: ${error.message}`);
    throw error;
  }
}

function content(message: string): ModelError {
  return new ModelError('DDNN_BUNDLE_CONTENT', message);
}

function checkExits(
  exits: Partial<BundleHeader['exits']> | undefined,
  architecture: ResolvedArchitecture,
): asserts exits is BundleHeader['exits'] {
  for (const exit of ['local', 'edge', 'cloud'] as const) {
    const settings = exits?.[exit];
    const expected = architecture[exit] !== undefined;
    if ((settings !== undefined) !== expected) {
      throw content(`exits.${exit} is ${expected ? 'missing' : 'there, but the architecture has no such exit'}`);
    }
    if (settings === undefined) continue;
    const { threshold, step } = (settings ?? {}) as ExitSettings;
    const never = exit !== 'cloud' && threshold === NEVER_EXITS;
    const inRange = never || (Number.isFinite(threshold) && threshold >= 0 && threshold <= 1);
    if (!inRange) throw content(`exits.${exit}.threshold is ${shown(threshold)}, expected 0 to 1`);
    if (!(Number.isFinite(step) && step > 0 && step <= LARGEST_STEP))
      throw content(`exits.${exit}.step is ${shown(step)}, expected a positive number, 2^64 at most`);
  }
}

/** What stands in place of a number: it may be anything that JSON can say, of any length. */
function shown(value: unknown): string {
  return typeof value === 'object' && value !== null ? 'an object' : String(value).slice(0, 40);
}

function isFigures(figures: unknown): boolean {
  if (typeof figures !== 'object' || figures === null || Array.isArray(figures)) return false;
  return Object.values(figures).every((figure) => typeof figure === 'number' || typeof figure === 'string');
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
