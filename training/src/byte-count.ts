import type { Bundle } from '@ddnn/model';
import {
  encodeAcknowledgement,
  encodeFeatureRequest,
  encodeFeatures,
  encodeSummary,
  encodeUplinkFeatures,
  encodeUplinkRequest,
  encodeVerdicts,
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

/** Records that an edge puts into one frame. */
const RECORDS_PER_FRAME = 32;
/** Any epoch: it always takes one byte. */
const EPOCH = 1;
/** Names of one character, as short as an installation may choose them. */
const SITE = 's';

/**
 * Counts what a bundle's samples would put on the wire, by building every frame with the protocol's own encoders and counting
 * it as an MQTT packet on its real topic, with the PUBACK where the topic's QoS has one. One sample a frame but for records.
 */
export class ByteCount {
  /** Scores and features, device → edge, without the frames around them: the paper's formula with one byte a score. */
  payload = 0;
  /** Packet bytes between devices and edges, both ways. */
  wire = 0;
  /** Packet bytes between edges and cloud, both ways. */
  uplink = 0;
  readonly #sizes: UplinkSizes;
  readonly #records = new Map<string, Verdict[]>();

  constructor({ architecture, shapes }: Pick<Bundle, 'architecture' | 'shapes'>) {
    this.#sizes = {
      views: architecture.views,
      viewFeatureBytes: shapes.device.featureBytes,
      edgeFeatureBytes: shapes.edges[0]?.featureBytes ?? 0,
    };
  }

  /** A device's summary; scores null: absent. */
  summary(view: number, slot: number, scores: Int8Array | null): void {
    const body = scores && new Uint8Array(scores.buffer, scores.byteOffset, scores.byteLength);
    const frame = encodeSummary(EPOCH, [{ slot, body }], body?.length ?? 0);
    this.payload += body?.length ?? 0;
    this.wire += packet('summary', frame, { device: String(view) });
  }

  /** A feature request to a device, and its answer. */
  features(view: number, slot: number, features: Uint8Array): void {
    const device = String(view);
    this.wire += packet('featureRequest', encodeFeatureRequest(EPOCH, [slot]), { device });
    const frame = encodeFeatures(EPOCH, [{ slot, body: features }], features.length);
    this.payload += features.length;
    this.wire += packet('features', frame, { device });
  }

  /** An uncertain sample on its way up from one edge, and the cloud's verdict, which also acknowledges it. */
  sendUp(edge: number, content: UplinkContentName, body: Uint8Array, verdict: Verdict): void {
    this.report(edge, { slot: verdict.slot, states: verdict.states, content, body });
    this.verdict(edge, verdict);
  }

  /** A sample on its way up from one edge. */
  report(edge: number, sample: UplinkSample): void {
    const frame = encodeUplinkFeatures(EPOCH, [sample], this.#sizes);
    this.uplink += packet('uplinkFeatures', frame, { site: SITE, edge: edgeName(edge) });
  }

  /** The cloud asks a confident edge of several for its features (configuration f). */
  uplinkRequest(edge: number, slot: number): void {
    this.uplink += packet('uplinkRequest', encodeUplinkRequest(EPOCH, [slot]), { site: SITE, edge: edgeName(edge) });
  }

  /** The cloud's verdict to one edge. */
  verdict(edge: number, verdict: Verdict): void {
    const frame = encodeVerdicts('verdict', EPOCH, [verdict]);
    this.uplink += packet('verdict', frame, { site: SITE, edge: edgeName(edge) });
  }

  /** An edge's own verdict: waits until a frame is full. */
  record(edge: number, verdict: Verdict): void {
    const name = edgeName(edge);
    const waiting = this.#records.get(name) ?? [];
    waiting.push(verdict);
    this.#records.set(name, waiting);
    if (waiting.length === RECORDS_PER_FRAME) this.#sendRecords(name);
  }

  /** Sends the records that still wait. */
  finish(): void {
    for (const name of this.#records.keys()) this.#sendRecords(name);
  }

  #sendRecords(edge: string): void {
    const verdicts = this.#records.get(edge)!;
    this.#records.delete(edge);
    const names = { site: SITE, edge };
    const slots = verdicts.map(({ slot }) => slot);
    const acknowledgement = encodeAcknowledgement(EPOCH, { of: 'record', result: 'stored', slots });
    this.uplink += packet('record', encodeVerdicts('record', EPOCH, verdicts), names);
    this.uplink += packet('acknowledgement', acknowledgement, names);
  }
}

/** As short as a name may be; further edges of a site need a second character. */
function edgeName(edge: number): string {
  return edge === 0 ? 'e' : `e${edge}`;
}

function packet(which: TopicName, frame: Uint8Array, names: Parameters<typeof topic>[1]): number {
  const { qos } = topics[which];
  return publishBytes(topic(which, names).length, frame.length, qos) + (qos > 0 ? PUBACK_BYTES : 0);
}
