import type { Bundle } from '../bundle/bundle.js';
import { bestKernels, type KernelChoice } from '../kernels/kernels.js';
import { createFeatureCode, type FeatureCoder } from './device-code.js';
import { CodeMemory } from './kernel-feature-code.js';

/** Turns the bodies of features, as they are sent, into bits. One buffer for each view of the site. */
export class FeatureBodies {
  /** True: bodies are coded, so their lengths differ. False: they are the bits. */
  readonly coded: boolean;
  readonly #codes: readonly FeatureCoder[];
  readonly #bits: readonly Uint8Array[];

  /** Throws `DDNN_BUNDLE_CONTENT` where a tensor is missing. */
  constructor(bundle: Bundle, kernels: KernelChoice = bestKernels()) {
    const { architecture, shapes } = bundle;
    const views = Array.from({ length: architecture.views }, (_, view) => view);
    this.coded = architecture.device.coding === 'arithmetic';
    const memory = this.coded && kernels === 'simd' ? new CodeMemory() : undefined;
    this.#codes = this.coded ? views.map((view) => createFeatureCode(bundle, view, kernels, memory)) : [];
    this.#bits = this.#codes.map(() => new Uint8Array(shapes.device.featureBytes));
  }

  /** The bits of a view's body, valid until the next one of that view. */
  open(view: number, body: Uint8Array): Uint8Array {
    if (!this.coded) return body;
    this.#codes[view].decode(body, 0, body.length, this.#bits[view]);
    return this.#bits[view];
  }
}
