import { volume } from '../architecture/shapes.js';
import type { Bundle } from '../bundle/bundle.js';
import { ModelError } from '../errors.js';
import type { KernelChoice } from '../kernels/kernels.js';
import { LOCAL_SCORE_LIMIT, scoreLevels } from '../plain/quantise.js';
import type { ScoredSection } from '../plain/scored-section.js';
import { createScoredSection } from './create-scored-section.js';

/** The device section of one view and its exit: pixels in, features and quantised scores out. Reuses its buffers. */
export class DeviceTier {
  /** Features of the last run: packed bits; for an empty section the same array that `run` was given. */
  features: Uint8Array;
  /**
   * Scores of the last run, one for each class, in steps: each on its own, or below the view's best; empty without a
   * local exit.
   */
  readonly scores: Int8Array;
  readonly #section: ScoredSection | undefined;
  readonly #bytes: number;

  /**
   * Throws `DDNN_BUNDLE_UNFIT` for a view that is not in the bundle, `DDNN_BUNDLE_CONTENT` if a tensor is missing.
   *
   * @param kernels default: the fastest
   */
  constructor(bundle: Bundle, view: number, kernels?: KernelChoice) {
    const { architecture, shapes } = bundle;
    if (!Number.isInteger(view) || view < 0 || view >= architecture.views) {
      throw new ModelError('DDNN_BUNDLE_UNFIT', `view ${view}: the bundle has views 0 to ${architecture.views - 1}`);
    }
    const { input } = architecture;
    const { section } = architecture.device;
    const { local } = bundle.exits;
    this.#bytes = volume(input);
    this.scores = new Int8Array(shapes.scoreBytes);
    this.features = new Uint8Array(0);
    if (section.length === 0) return;
    const exit = local && { step: local.step, limit: LOCAL_SCORE_LIMIT, levels: scoreLevels(architecture) };
    const place = { bundle, name: `device.${view}`, input, largest: 255, section, divisors: 1, exit };
    this.#section = createScoredSection('binary', { ...place, values: 'bytes' }, kernels);
    this.features = this.#section.features;
  }

  /** @param pixels height x width x channels bytes, HWC; throws `DDNN_BUNDLE_UNFIT` for another number of bytes */
  run(pixels: Uint8Array): void {
    if (pixels.length !== this.#bytes) {
      throw new ModelError(
        'DDNN_BUNDLE_UNFIT',
        `an image of ${pixels.length} bytes where the bundle takes ${this.#bytes}`,
      );
    }
    if (!this.#section) {
      this.features = pixels;
      return;
    }
    this.#section.run(pixels, 1);
    this.scores.set(this.#section.scores);
  }
}
