import { type Shape, sectionShape, volume } from '../architecture/shapes.js';
import { bitBytes } from '../numbers/bits.js';
import { normalise } from '../plain/fold.js';
import type { PackedWeights } from '../plain/packed-block.js';
import type { ExitWeights } from '../plain/packed-exit.js';
import { quantiseScores, type ScoreScale } from '../plain/quantise.js';
import type { ScoredSection, SectionPlace } from '../plain/scored-section.js';
import { exitWeights, sectionWeights } from '../plain/section-weights.js';
import { convPValueBytes, KernelConvP } from './kernel-convp.js';
import { type FcInput, KernelFc, KernelSums } from './kernel-fc.js';
import { KernelMemory } from './kernel-memory.js';
import { type Planes, planesOf, tailMask, wholeVectors } from './kernel-planes.js';

/** One call of a kernel. `divisor` is the section's. */
type Step = (divisor: number) => void;

/**
 * A binary section and its exit on WebAssembly SIMD: the same bits as {@link PlainBinary}. A run copies its input in,
 * calls a few kernels and allocates nothing.
 */
export class KernelBinary implements ScoredSection {
  readonly scores: Int32Array;
  readonly features: Uint8Array;
  readonly #memory: KernelMemory;
  readonly #steps: Step[] = [];
  readonly #input: Uint8Array | Int32Array;
  readonly #sums: Int32Array;
  readonly #exit: ExitWeights | undefined;
  readonly #scale: ScoreScale;
  readonly #raw: Float64Array;
  readonly #empty: boolean;

  /**
   * @param memory its own memory, or one into which another part writes the input
   * @param at where: integers of 32 bits, and 64 bytes of zeros behind
   */
  constructor(place: SectionPlace, memory = new KernelMemory(), at?: number) {
    this.#memory = memory;
    const { bundle, name, input, section, divisors, exit } = place;
    const weights = sectionWeights(bundle, name, input, section, divisors);
    const output = sectionShape(input, section);
    const pixels = place.values === 'bytes';
    const bytes = volume(input) * (pixels ? 1 : 4);
    const from = at ?? memory.room(bytes + 64);
    const last = this.#lay(from, pixels, place, weights);
    this.#empty = section.length === 0;
    let sums = 0;
    if (exit) {
      this.#exit = exitWeights(bundle, name, output);
      const kernel = new KernelSums(this.#memory, last, this.#exit.scale.length, this.#exit.weights);
      this.#steps.push(() => kernel.run());
      sums = kernel.at;
    }
    this.#scale = exit ?? { step: 1, limit: 0 };
    this.scores = new Int32Array(this.#exit?.scale.length ?? 0);
    this.#raw = new Float64Array(this.scores.length);
    // Typed-array views are made last: when a memory grows, earlier views become invalid.
    this.#input = pixels ? memory.bytes(from, bytes) : memory.integers(from, volume(input));
    this.#sums = memory.integers(sums, this.scores.length);
    const features = bitBytes(volume(output));
    this.features = this.#empty || !('bits' in last) ? new Uint8Array(features) : memory.bytes(last.bits, features);
  }

  run(input: Uint8Array | Int32Array, divisor: number): void {
    this.#input.set(input);
    this.compute(divisor);
  }

  /** {@link run} on an input that is in its memory already. */
  compute(divisor: number): void {
    for (const step of this.#steps) step(divisor);
    if (!this.#exit) return;
    const { scale, offset } = this.#exit;
    const pending = this.#empty ? divisor : 1;
    for (let c = 0; c < this.scores.length; c++) {
      this.#raw[c] = normalise(this.#sums[c], pending, scale[c], offset[c]);
    }
    quantiseScores(this.#raw, this.#scale, this.scores);
  }

  /** Lays out the blocks one behind the other; gives what the exit reads. */
  #lay(at: number, pixels: boolean, place: SectionPlace, weights: readonly PackedWeights[]): FcInput {
    const { input, section, largest } = place;
    let planes: Planes | undefined;
    let flat: FcInput | undefined;
    for (const [i, block] of section.entries()) {
      const [reach, pending] = i === 0 ? [largest, (divisor: number) => divisor] : [1, () => 1];
      if ('convp' in block) {
        planes ??= this.#planes(at, pixels, input, largest);
        const kernel = new KernelConvP(this.#memory, planes, block.convp.filters, weights[i], reach);
        this.#steps.push((divisor) => kernel.run(pending(divisor)));
        planes = kernel.output;
      } else {
        flat ??= planes ? this.#packed(planes) : this.#flat(at, pixels, input, largest);
        const kernel = new KernelFc(this.#memory, flat, block.fc.units, weights[i], reach);
        this.#steps.push((divisor) => kernel.run(pending(divisor)));
        flat = kernel.output;
      }
    }
    return flat ?? (planes ? this.#packed(planes) : this.#flat(at, pixels, input, largest));
  }

  /** The section's input as planes. */
  #planes(at: number, pixels: boolean, input: Shape, largest: number): Planes {
    const memory = this.#memory;
    const { height, width, channels } = input;
    const valueBytes = convPValueBytes(channels, largest);
    const planes = planesOf(memory, input, valueBytes);
    const { stride } = planes;
    if (pixels) {
      const { pixels1, pixels3 } = memory.kernels;
      const kernel = channels === 1 ? pixels1 : pixels3;
      const tail = tailMask(memory, width, valueBytes);
      this.#steps.push(() => kernel(at, height, width, planes.at, stride, tail));
    } else {
      const { planes8, planes16, planes32 } = memory.kernels;
      const kernel = { 1: planes8, 2: planes16, 4: planes32 }[valueBytes];
      this.#steps.push(() => kernel(at, height, width, channels, planes.at, stride));
    }
    return planes;
  }

  /** The section's input for a fully connected kernel: as bits where it holds nothing but -1, 0 and +1. */
  #flat(at: number, pixels: boolean, input: Shape, largest: number): FcInput {
    const memory = this.#memory;
    const count = volume(input);
    const { widen, packTernary } = memory.kernels;
    if (largest === 1) {
      const bytes = wholeVectors(bitBytes(count));
      const bits = memory.room(bytes);
      const present = memory.room(bytes);
      this.#steps.push(() => packTernary(at, count, bits, present));
      return { bits, present, count };
    }
    if (!pixels) return { integers: at, count };
    const integers = memory.room(4 * count + 64);
    this.#steps.push(() => widen(at, count, integers));
    return { integers, count };
  }

  /** A ConvP block's output as bits. */
  #packed({ at, shape, stride }: Planes): FcInput {
    const memory = this.#memory;
    const { height, width, channels } = shape;
    const scratch = memory.room(height * width * bitBytes(channels) + 128);
    const bits = memory.room(bitBytes(volume(shape)) + 16);
    const { packPlanes } = memory.kernels;
    this.#steps.push(() => packPlanes(at, height, width, channels, stride, scratch, bits));
    return { bits, present: 0, count: volume(shape) };
  }
}
