import type { Block } from '../architecture/architecture.js';
import { blockShape, eachBlock, type Shape, volume } from '../architecture/shapes.js';
import { type Bundle, tensor } from '../bundle/bundle.js';
import { ModelError } from '../errors.js';
import { bitBytes } from '../numbers/bits.js';
import { type FloatWeights, floatWeightCount } from './float-block.js';
import { type PackedWeights, weightBytes } from './packed-block.js';
import type { ExitWeights } from './packed-exit.js';

/*
 * Names of a bundle's tensors. A section is `device.2` (view 2), `edge.0` (edge 0) or `cloud`; its block i holds
 * `<section>.<i>.weights`, `.thresholds` and `.directions`, its exit `<section>.exit.weights`, `.scale` and `.offset`.
 * A float section's blocks hold `.weights`, `.scale` and `.offset` instead, all of them float32, and so does its exit.
 * Learned stand-ins of its sources are `<section>.missing`: a map of bits a source, each from a byte of its own. The
 * concat aggregator of edge g's local exit holds `local.<g>.weights` and `.bias`, and its learned stand-ins are
 * `local.<g>.missing`, scores.
 */

/** Reads the blocks of a section. `divisors`: how many sources its input may be averaged over, else 1. */
export function sectionWeights(
  bundle: Bundle,
  name: string,
  input: Shape,
  section: readonly Block[],
  divisors: number,
): PackedWeights[] {
  return eachBlock(input, section, (block, shape, i) => {
    const norms = blockShape(shape, block).channels * (i === 0 ? divisors : 1);
    return {
      weights: tensor(bundle, `${name}.${i}.weights`, Uint8Array, weightBytes(shape, block)),
      thresholds: tensor(bundle, `${name}.${i}.thresholds`, Int32Array, norms),
      directions: tensor(bundle, `${name}.${i}.directions`, Int8Array, norms),
    };
  });
}

/**
 * Reads the exit behind a section whose output has that shape. Throws `DDNN_BUNDLE_CONTENT`, also for NaN and infinity.
 */
export function exitWeights(bundle: Bundle, name: string, output: Shape): ExitWeights {
  const classes = bundle.architecture.classes.length;
  return {
    weights: tensor(bundle, `${name}.exit.weights`, Uint8Array, bitBytes(volume(output) * classes)),
    scale: finite(bundle, `${name}.exit.scale`, classes),
    offset: finite(bundle, `${name}.exit.offset`, classes),
  };
}

/** Reads the blocks of a float section. Throws `DDNN_BUNDLE_CONTENT`, also for NaN and infinity. */
export function floatSectionWeights(
  bundle: Bundle,
  name: string,
  input: Shape,
  section: readonly Block[],
): FloatWeights[] {
  return eachBlock(input, section, (block, shape, i) =>
    floatWeights(bundle, `${name}.${i}`, floatWeightCount(shape, block), blockShape(shape, block).channels),
  );
}

/** Reads the exit behind a float section whose output has that shape. Throws as {@link floatSectionWeights}. */
export function floatExitWeights(bundle: Bundle, name: string, output: Shape): FloatWeights {
  const classes = bundle.architecture.classes.length;
  return floatWeights(bundle, `${name}.exit`, volume(output) * classes, classes);
}

/** Reads the learned stand-in of each of a section's sources, as bits. Throws `DDNN_BUNDLE_CONTENT`. */
export function standIns(bundle: Bundle, name: string, sources: number, below: Shape): Uint8Array[] {
  const bytes = bitBytes(volume(below));
  const all = tensor(bundle, `${name}.missing`, Uint8Array, sources * bytes);
  return Array.from({ length: sources }, (_, source) => all.subarray(source * bytes, (source + 1) * bytes));
}

function floatWeights(bundle: Bundle, name: string, weights: number, outputs: number): FloatWeights {
  return {
    weights: finite(bundle, `${name}.weights`, weights),
    scale: finite(bundle, `${name}.scale`, outputs),
    offset: finite(bundle, `${name}.offset`, outputs),
  };
}

function finite(bundle: Bundle, name: string, length: number): Float32Array {
  const values = tensor(bundle, name, Float32Array, length);
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw new ModelError('DDNN_BUNDLE_CONTENT', `tensor ${name}: value ${wrong} is ${values[wrong]}`);
  return values;
}
