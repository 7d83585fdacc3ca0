import { type Bundle, uplinkSizes } from '@ddnn/model';
import {
  type DeviceSample,
  encodeAcknowledgement,
  encodeFeatureRequest,
  encodeUplinkFeatures,
  encodeUplinkRequest,
  encodeVerdicts,
  MAX_SLOT_GAP,
  MAX_UPLINK_SAMPLES,
  PUBACK_BYTES,
  publishBytes,
  type TopicName,
  topic,
  topics,
  type UplinkContentName,
  type UplinkSample,
  type UplinkSizes,
  type Verdict,
} from '@ddnn/protocol';
import { badOption } from '../errors.js';
import { DeviceFrames } from './device-frames.js';
import type { EncodedBodies } from './encoded-bodies.js';

/** How the devices and edges of an installation put samples into frames. */
export interface Batching {
  /** Samples in one summary frame: the agents' `batch.samples`. The frames that follow from them are shared as well. */
  readonly samples?: number | undefined;
  /** Verdicts in one record frame: the edge's `records.batch`, where its `records.sendMs` does not come first. */
  readonly records?: number | undefined;
}

const RECORDS_PER_FRAME = 256;
/** Any epoch will do: it always takes one byte. */
const EPOCH = 1;
/** The site's name where bytes are counted: of one character, as short as an installation may choose it. */
export const SITE_NAME = 's';

/**
 * Counts the bytes that a bundle's samples would put on the wire. It builds every frame with the protocol's own
 * encoders and counts it as an MQTT packet on its real topic, with the PUBACK if the topic's QoS has one. Samples that
 * share a summary frame share the frames that follow, as in a real site if they are complete together. Call it in the
 * order of slots; sums are complete after {@link finish}.
 */
export class ByteCount {
  /** Scores and features, device → edge, without the frames around them: the paper's formula with one byte a score. */
  payload = 0;
  /** Packet bytes between devices and edges, both ways. */
  wire = 0;
  /** Packet bytes between edges and cloud, both ways. */
  uplink = 0;
  readonly #sizes: UplinkSizes;
  readonly #samples: number;
  readonly #recordsPerFrame: number;
  readonly #frames: DeviceFrames;
  /** The summary frame to which the waiting samples belong. */
  #frame = -1;
  readonly #summaries = new Lists<number, DeviceSample>();
  readonly #features = new Lists<number, DeviceSample>();
  /** By edge. Only samples with the same content share a frame. */
  readonly #reports: Readonly<Record<UplinkContentName, Lists<number, UplinkSample>>> = {
    views: new Lists(),
    answer: new Lists(),
    edge: new Lists(),
    coded: new Lists(),
  };
  readonly #verdicts = new Lists<number, Verdict>();
  readonly #records = new Lists<number, Verdict>();

  /**
   * Throws {@link TrainingError} `DDNN_TRAINING_OPTION` for a batch that agents do not make.
   *
   * @param bodies the coded features, if several counts share the work of coding
   */
  constructor(bundle: Bundle, { samples = 1, records = RECORDS_PER_FRAME }: Batching = {}, bodies?: EncodedBodies) {
    for (const [what, value, most] of [
      ['samples', samples, MAX_SLOT_GAP],
      ['records', records, MAX_UPLINK_SAMPLES],
    ] as const) {
      if (!Number.isInteger(value) || value < 1 || value > most)
        throw badOption(`${value} ${what} in a frame: from 1 to ${most}`);
    }
    this.#samples = samples;
    this.#recordsPerFrame = records;
    this.#frames = new DeviceFrames(bundle, bodies);
    this.#sizes = uplinkSizes(bundle);
  }

  /** A device's summary; scores null: absent. */
  summary(view: number, slot: number, scores: Int8Array | null): void {
    this.#open(slot);
    // Copies, here and below: the sections overwrite their own arrays before the frame is full.
    this.#summaries.add(view, { slot, body: scores && new Uint8Array(scores) });
  }

  /** A feature request to a device, and its answer. */
  features(view: number, slot: number, features: Uint8Array): void {
    this.#open(slot);
    const body = this.#frames.body(view, features);
    this.#features.add(view, { slot, body });
    this.payload += body.length;
  }

  /** The features of the present views, by view, sent up from one edge; and the cloud's verdict. */
  sendViewsUp(edge: number, features: readonly (Uint8Array | null)[], verdict: Verdict): void {
    const { content, body } = this.#frames.uplink(features);
    this.sendUp(edge, content, body, verdict);
  }

  /** The same without a verdict. @param states of the views whose features go up, and of the others */
  reportViews(edge: number, slot: number, features: readonly (Uint8Array | null)[], states: Uint8Array): void {
    this.report(edge, { slot, states, ...this.#frames.uplink(features) });
  }

  /** An uncertain sample on its way up from one edge, and the cloud's verdict, which also acknowledges it. */
  sendUp(edge: number, content: UplinkContentName, body: Uint8Array, verdict: Verdict): void {
    this.report(edge, { slot: verdict.slot, states: verdict.states, content, body });
    this.#verdicts.add(edge, verdict);
  }

  /** A sample on its way up from one edge. */
  report(edge: number, sample: UplinkSample): void {
    this.#open(sample.slot);
    this.#reports[sample.content].add(edge, { ...sample, body: sample.body.slice() });
  }

  /** The cloud asks a confident edge of several for its features (configuration f), one sample a frame. */
  uplinkRequest(edge: number, slot: number): void {
    this.uplink += uplinkPacket('uplinkRequest', encodeUplinkRequest(EPOCH, [slot]), edge);
  }

  /** The cloud's verdict to one edge of several, one sample a frame. */
  verdict(edge: number, verdict: Verdict): void {
    this.uplink += uplinkPacket('verdict', encodeVerdicts('verdict', EPOCH, [verdict]), edge);
  }

  /** An edge's own verdict: waits until a frame is full. */
  record(edge: number, verdict: Verdict): void {
    if (this.#records.add(edge, verdict) === this.#recordsPerFrame) this.#sendRecords();
  }

  /** Sends what still waits. */
  finish(): void {
    this.#send();
    this.#sendRecords();
  }

  /** Samples of one summary frame wait until one of the next comes. */
  #open(slot: number): void {
    const frame = Math.floor(slot / this.#samples);
    if (frame !== this.#frame) this.#send();
    this.#frame = frame;
  }

  #send(): void {
    for (const [view, samples] of this.#summaries.take()) {
      for (const { frame, payload } of this.#frames.summaries(view, samples)) {
        this.payload += payload;
        this.wire += devicePacket('summary', frame, view);
      }
    }
    for (const [view, samples] of this.#features.take()) {
      const slots = samples.map(({ slot }) => slot);
      this.wire += devicePacket('featureRequest', encodeFeatureRequest(EPOCH, slots), view);
      this.wire += devicePacket('features', this.#frames.features(samples), view);
    }
    for (const list of Object.values(this.#reports)) {
      for (const [edge, samples] of list.take())
        this.uplink += uplinkPacket('uplinkFeatures', encodeUplinkFeatures(EPOCH, samples, this.#sizes), edge);
    }
    for (const [edge, verdicts] of this.#verdicts.take())
      this.uplink += uplinkPacket('verdict', encodeVerdicts('verdict', EPOCH, verdicts), edge);
  }

  #sendRecords(): void {
    for (const [edge, verdicts] of this.#records.take()) {
      const slots = [verdicts[0].slot];
      const acknowledgement = encodeAcknowledgement(EPOCH, { of: 'record', result: 'stored', slots });
      this.uplink += uplinkPacket('record', encodeVerdicts('record', EPOCH, verdicts), edge);
      this.uplink += uplinkPacket('acknowledgement', acknowledgement, edge);
    }
  }
}

/** What waits for a frame, by sender or receiver. */
class Lists<Key, Item> {
  #lists = new Map<Key, Item[]>();

  /** Returns how many wait for that one now. */
  add(key: Key, item: Item): number {
    const list = this.#lists.get(key);
    if (list) return list.push(item);
    this.#lists.set(key, [item]);
    return 1;
  }

  take(): Map<Key, Item[]> {
    const lists = this.#lists;
    this.#lists = new Map();
    return lists;
  }
}

function devicePacket(which: TopicName, frame: Uint8Array, view: number): number {
  return packet(which, frame, { device: String(view) });
}

function uplinkPacket(which: TopicName, frame: Uint8Array, edge: number): number {
  return packet(which, frame, { site: SITE_NAME, edge: edgeName(edge) });
}

/** An edge's name, likewise; further edges of a site need a second character. */
export function edgeName(edge: number): string {
  return edge === 0 ? 'e' : `e${edge}`;
}

function packet(which: TopicName, frame: Uint8Array, names: Parameters<typeof topic>[1]): number {
  const { qos } = topics[which];
  return publishBytes(topic(which, names).length, frame.length, qos) + (qos > 0 ? PUBACK_BYTES : 0);
}
