import { type Bundle, codedSummaries, createScoreCode, type ScoreCoder } from '@ddnn/model';
import {
  type DeviceSample,
  encodeCodedFeatures,
  encodeCodedSummary,
  encodeFeatures,
  encodeSummary,
  joinBodies,
  type UplinkContentName,
} from '@ddnn/protocol';
import { EncodedBodies } from './encoded-bodies.js';

/** Any epoch will do: it always takes one byte. */
const EPOCH = 1;

/** The frames that agents with this bundle send, bare or coded, and what an edge sends up of them. */
export class DeviceFrames {
  /** By view, where the bundle has coded summaries. */
  readonly #scoreCodes: readonly ScoreCoder[] | undefined;
  /** Whether the bundle has coded features. */
  readonly #coded: boolean;
  readonly #bodies: EncodedBodies;

  /** @param bodies the coded features, if several counts share the work of coding */
  constructor(bundle: Bundle, bodies = new EncodedBodies(bundle)) {
    const { architecture } = bundle;
    const views = Array.from({ length: architecture.views }, (_, view) => view);
    if (codedSummaries(architecture)) this.#scoreCodes = views.map((view) => createScoreCode(bundle, view));
    this.#coded = architecture.device.coding === 'arithmetic';
    this.#bodies = bodies;
  }

  /** A view's features as they are sent. */
  body(view: number, features: Uint8Array): Uint8Array {
    return this.#bodies.of(view, features);
  }

  /** The summary frames of some samples, scores in whole bytes, with the bytes of the scores in each. */
  summaries(view: number, samples: readonly DeviceSample[]): { frame: Uint8Array; payload: number }[] {
    const code = this.#scoreCodes?.[view];
    if (!code) {
      const bodies = samples.filter(({ body }) => body).length * bodyBytes(samples);
      return [{ frame: encodeSummary(EPOCH, samples, bodyBytes(samples)), payload: bodies }];
    }
    // A coded summary has no place for a gap.
    return runs(samples).map((run) => {
      code.begin();
      for (const { body } of run) if (body) code.add(new Int8Array(body.buffer));
      const scores = code.finish();
      const present = run.map(({ body }) => body !== null);
      return { frame: encodeCodedSummary(EPOCH, run[0].slot, present, scores), payload: scores.length };
    });
  }

  /** The features frame of some samples' {@link body bodies}. */
  features(samples: readonly DeviceSample[]): Uint8Array {
    return this.#coded ? encodeCodedFeatures(EPOCH, samples) : encodeFeatures(EPOCH, samples, bodyBytes(samples));
  }

  /** The features of a sample's present views, by view, as they go up. */
  uplink(features: readonly (Uint8Array | null)[]): { content: UplinkContentName; body: Uint8Array } {
    const bodies = features.flatMap((bits, view) => (bits ? [this.body(view, bits)] : []));
    if (this.#coded) return { content: 'coded', body: joinBodies(bodies) };
    return { content: 'views', body: Uint8Array.from(bodies.flatMap((bits) => [...bits])) };
  }
}

/** Parts of a list in which each slot follows the one before. */
function runs(samples: readonly DeviceSample[]): DeviceSample[][] {
  const parts: DeviceSample[][] = [];
  for (const [i, sample] of samples.entries()) {
    if (i > 0 && sample.slot === samples[i - 1].slot + 1) parts.at(-1)!.push(sample);
    else parts.push([sample]);
  }
  return parts;
}

function bodyBytes(samples: readonly DeviceSample[]): number {
  return samples.find(({ body }) => body)?.body?.length ?? 0;
}
