import { type Bundle, DeviceTier } from '@ddnn/model';
import { type DeviceSample, decodeFeatureRequest, encodeFeatures, encodeSummary, restoreSlot } from '@ddnn/protocol';
import { FeatureCache } from './feature-cache.js';

/** At most this many samples in one feature request; a longer one is refused. */
const MAX_REQUESTED = 256;

/**
 * What an agent computes, apart from cameras and connections: pixels → summary frame, feature request → features frame.
 * Runs in a browser as it does on a device, and gives the same bytes there.
 */
export class AgentCore {
  /** The site's rollout counter; the edge tells it. */
  epoch = 0;
  /** Requested samples that were still in the cache, and those that were not. */
  readonly counts = { served: 0, missed: 0 };
  readonly #tier: DeviceTier;
  readonly #cache: FeatureCache;
  readonly #scoreBytes: number;
  readonly #featureBytes: number;
  #lastSlot = 0;

  /** @param cacheSamples how many samples' features are kept */
  constructor(bundle: Bundle, view: number, cacheSamples: number) {
    this.#tier = new DeviceTier(bundle, view);
    this.#scoreBytes = bundle.shapes.scoreBytes;
    this.#featureBytes = bundle.shapes.device.featureBytes;
    this.#cache = new FeatureCache(cacheSamples, this.#featureBytes);
  }

  /** Runs the device section on one picture (HWC bytes); null: the camera sees nothing. Returns the summary frame. */
  capture(slot: number, pixels: Uint8Array | null): Uint8Array {
    this.#lastSlot = slot;
    if (!pixels) return encodeSummary(this.epoch, [{ slot, body: null }], this.#scoreBytes);
    this.#tier.run(pixels);
    this.#cache.put(slot, this.#tier.features);
    const { scores } = this.#tier;
    const body = new Uint8Array(scores.buffer, scores.byteOffset, scores.length);
    return encodeSummary(this.epoch, [{ slot, body }], this.#scoreBytes);
  }

  /** Answers a feature request with the features frame. Throws {@link FrameError} where the request is damaged. */
  answer(request: Uint8Array): Uint8Array {
    const samples: DeviceSample[] = [];
    decodeFeatureRequest(request, this.epoch, MAX_REQUESTED, (short) => {
      const slot = restoreSlot(short, this.#lastSlot);
      const body = this.#cache.get(slot);
      if (body) this.counts.served++;
      else this.counts.missed++;
      samples.push({ slot, body });
    });
    return encodeFeatures(this.epoch, samples, this.#featureBytes);
  }
}
