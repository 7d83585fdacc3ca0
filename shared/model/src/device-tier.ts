import type { Bundle } from './bundle.js';
import { ModelError } from './errors.js';
import { PackedExit } from './packed-exit.js';
import { PackedSection } from './packed-section.js';
import { LOCAL_SCORE_LIMIT, quantiseBelowBest, scoreLevels } from './quantise.js';
import { exitWeights, sectionWeights } from './section-weights.js';
import { volume } from './shapes.js';

/** The device section of one view and its exit: pixels in, features and quantised scores out. Reuses its buffers. */
export class DeviceTier {
  /** Features of the last run: packed bits, or the very array that `run` was given where the section is empty. */
  features: Uint8Array;
  /** Scores of the last run, one a class, in steps: for themselves, or below the view's best; empty without a local exit. */
  readonly scores: Int8Array;
  readonly #section: PackedSection;
  readonly #exit: PackedExit | undefined;
  readonly #pixels: Int32Array;
  readonly #empty: boolean;
  /** Where scores count from the best: how far down, what a step is worth, and the scores before they are quantised. */
  readonly #below: { readonly levels: number; readonly step: number; readonly scores: Float64Array } | undefined;

  /** Throws `DDNN_BUNDLE_UNFIT` for a view that the bundle hasn't, `DDNN_BUNDLE_CONTENT` where a tensor is missing. */
  constructor(bundle: Bundle, view: number) {
    const { architecture, shapes } = bundle;
    if (!Number.isInteger(view) || view < 0 || view >= architecture.views) {
      throw new ModelError('DDNN_BUNDLE_UNFIT', `view ${view}: the bundle has views 0 to ${architecture.views - 1}`);
    }
    const name = `device.${view}`;
    const { input } = architecture;
    const { section } = architecture.device;
    this.#section = new PackedSection(input, section, sectionWeights(bundle, name, input, section, 1));
    this.#empty = section.length === 0;
    this.features = this.#section.bits;
    this.#pixels = new Int32Array(volume(input));
    this.scores = new Int8Array(shapes.scoreBytes);
    if (bundle.exits.local) {
      const weights = exitWeights(bundle, name, this.#section.output);
      const { step } = bundle.exits.local;
      this.#exit = new PackedExit(volume(this.#section.output), weights, step, LOCAL_SCORE_LIMIT);
      const levels = scoreLevels(architecture);
      if (levels !== undefined) this.#below = { levels, step, scores: new Float64Array(this.scores.length) };
    }
  }

  /** @param pixels height x width x channels bytes, HWC; throws `DDNN_BUNDLE_UNFIT` for another number of bytes */
  run(pixels: Uint8Array): void {
    if (pixels.length !== this.#pixels.length) {
      throw new ModelError(
        'DDNN_BUNDLE_UNFIT',
        `an image of ${pixels.length} bytes where the bundle takes ${this.#pixels.length}`,
      );
    }
    if (this.#empty) {
      this.features = pixels;
      return;
    }
    this.#pixels.set(pixels);
    const map = this.#section.run(this.#pixels);
    if (!this.#exit) return;
    if (this.#below) {
      const { levels, step, scores } = this.#below;
      for (let c = 0; c < scores.length; c++) scores[c] = this.#exit.score(map, 1, c);
      quantiseBelowBest(scores, step, levels, this.scores);
    } else {
      this.#exit.run(map, 1);
      this.scores.set(this.#exit.scores);
    }
  }
}
