import {
  type Bundle,
  codedSummaries,
  createFeatureCode,
  createScoreCode,
  DeviceTier,
  type FeatureCoder,
} from '@ddnn/model';
import {
  type DeviceSample,
  decodeFeatureRequest,
  encodeCodedFeatures,
  encodeFeatures,
  MAX_REQUEST_SLOTS,
  restoreSlot,
} from '@ddnn/protocol';
import { FeatureCache } from './feature-cache.js';
import { SummaryBatch } from './summary-batch.js';

/**
 * What an agent computes, apart from cameras and connections: pixels → summary frames, feature request → features
 * frame. Runs in a browser as it does on a device, and gives the same bytes there.
 */
export class AgentCore {
  /** Requested samples that were still in the cache, and those that were not. */
  readonly counts = { served: 0, missed: 0 };
  readonly #tier: DeviceTier;
  readonly #cache: FeatureCache;
  readonly #batch: SummaryBatch;
  readonly #featureBytes: number;
  /** The feature code; undefined: the bundle does not code features. */
  readonly #code: FeatureCoder | undefined;
  #epoch = 0;
  #lastSlot = 0;

  /**
   * @param cacheSamples how many samples' features are kept @param batchSamples samples in one summary frame at most
   */
  constructor(bundle: Bundle, view: number, cacheSamples: number, batchSamples = 1) {
    this.#tier = new DeviceTier(bundle, view);
    const { device } = bundle.architecture;
    const scoreCode = codedSummaries(bundle.architecture) ? createScoreCode(bundle, view) : undefined;
    this.#batch = new SummaryBatch(batchSamples, bundle.shapes.scoreBytes, scoreCode);
    if (device.coding === 'arithmetic') this.#code = createFeatureCode(bundle, view);
    this.#featureBytes = bundle.shapes.device.featureBytes;
    this.#cache = new FeatureCache(cacheSamples, this.#featureBytes);
  }

  /**
   * The site's rollout counter; the edge tells it. A new value forgets the samples that wait, because the edge would
   * refuse them.
   */
  get epoch(): number {
    return this.#epoch;
  }

  set epoch(epoch: number) {
    if (epoch !== this.#epoch) this.#batch.drop();
    this.#epoch = epoch;
  }

  /** Samples that wait for their frame to fill. */
  get waiting(): number {
    return this.#batch.waiting;
  }

  /**
   * Runs the device section on one picture (HWC bytes); null: the camera sees nothing. Returns the summary frames that
   * are complete now; with one sample per frame always one. Throws {@link FrameError} for a slot that no frame can
   * carry.
   */
  capture(slot: number, pixels: Uint8Array | null): Uint8Array[] {
    if (pixels) this.#tier.run(pixels);
    const frames = this.#batch.add(this.#epoch, slot, pixels && this.#tier.scores);
    if (pixels) this.#cache.put(slot, this.#tier.features);
    this.#lastSlot = slot;
    return frames;
  }

  /** The summary frame of what waits, if anything does. */
  flush(): Uint8Array[] {
    return this.#batch.flush(this.#epoch);
  }

  /** Forgets the samples that wait, because a late summary is of no use. */
  drop(): void {
    this.#batch.drop();
  }

  /** Answers a feature request with the features frame. Throws {@link FrameError} where the request is damaged. */
  answer(request: Uint8Array): Uint8Array {
    const samples: DeviceSample[] = [];
    decodeFeatureRequest(request, this.epoch, MAX_REQUEST_SLOTS, (short) => {
      const slot = restoreSlot(short, this.#lastSlot);
      const body = this.#cache.get(slot);
      if (body) this.counts.served++;
      else this.counts.missed++;
      // A copy of the coded body, because the code overwrites its own array.
      samples.push({ slot, body: body && this.#code ? this.#code.encode(body).slice() : body });
    });
    if (this.#code) return encodeCodedFeatures(this.epoch, samples);
    return encodeFeatures(this.epoch, samples, this.#featureBytes);
  }
}
