import {
  CodedSummaryReader,
  type DeviceSampleVisitor,
  decodeCodedFeatures,
  decodeDeviceSamples,
  decodeFeatureRequest,
  decodeFeatures,
  decodeSummary,
  FrameKind,
  type FrameKindName,
  HEADER_BYTES,
  MAX_UPLINK_SAMPLES,
  type TopicNames,
} from '@ddnn/protocol';
import type { WatchContext } from './context.js';
import { className, type Description, phrase, several, slotsInWords } from './description.js';

/*
 * Slots on device frames are modulo 32,768 and are shown as #123: a viewer has no clock of the site to restore them by.
 */

/** A summary: what one camera's local exit says, or that it sees nothing. */
export function describeSummary(names: TopicNames, payload: Uint8Array, context: WatchContext): Description {
  if (isOfKind(payload, 'codedSummary')) return describeCodedSummary(names, payload, context);
  const { scoreBytes } = context.sizes(names, payload[1]) ?? {};
  if (scoreBytes === undefined) return firstSampleOnly('summary', names, payload, context);
  const samples: object[] = [];
  const words: string[] = [];
  decodeSummary(payload, context.epochInService, scoreBytes, MAX_UPLINK_SAMPLES, (shortSlot, present, at) => {
    const scores = present ? Array.from(payload.subarray(at, at + scoreBytes), (byte) => (byte << 24) >> 24) : [];
    const best = scores.length > 0 ? scores.indexOf(Math.max(...scores)) : null;
    samples.push({ shortSlot, present, scores, class: best });
    const says = best === null ? 'sees something' : `scores ${scores.join(' ')} (${className(best)})`;
    words.push(phrase(`slot #${shortSlot}`, present ? says : 'sees nothing'));
  });
  return described('summary', names, payload, context, several(words), { samples });
}

/** Features: the device section's output, packed bits. */
export function describeFeatures(names: TopicNames, payload: Uint8Array, context: WatchContext): Description {
  if (isOfKind(payload, 'codedFeatures')) return describeCodedFeatures(names, payload, context);
  const { featureBytes } = context.sizes(names, payload[1]) ?? {};
  if (featureBytes === undefined) return firstSampleOnly('features', names, payload, context);
  const samples: object[] = [];
  const words: string[] = [];
  decodeFeatures(payload, context.epochInService, featureBytes, MAX_UPLINK_SAMPLES, (shortSlot, has, at) => {
    const ones = has ? shareOfOnes(payload.subarray(at, at + featureBytes)) : null;
    samples.push({ shortSlot, featureBytes: has ? featureBytes : 0, ones });
    const says = ones === null ? 'no longer has them' : `features ${featureBytes} B (${Math.round(ones * 100)} % ones)`;
    words.push(phrase(`slot #${shortSlot}`, says));
  });
  return described('features', names, payload, context, several(words), { samples });
}

/** A summary whose scores only the bundle can read. */
function describeCodedSummary(names: TopicNames, payload: Uint8Array, context: WatchContext): Description {
  const reader = new CodedSummaryReader(MAX_UPLINK_SAMPLES);
  reader.open(payload, 0, payload.length, context.epochInService);
  const samples: { shortSlot: number; present: boolean }[] = [];
  while (reader.next()) samples.push({ shortSlot: reader.slot, present: reader.hasBody });
  const { scoreBytes } = reader;
  const words = samples.map(({ shortSlot, present }) =>
    phrase(`slot #${shortSlot}`, present ? 'sees something' : 'sees nothing'),
  );
  const coded = reader.presentSamples > 0 && `scores coded in ${scoreBytes} B`;
  const all = phrase(several(words), coded);
  return described('codedSummary', names, payload, context, all, { scoreBytes, samples });
}

/** Features whose bits only the bundle can read. */
function describeCodedFeatures(names: TopicNames, payload: Uint8Array, context: WatchContext): Description {
  const samples: object[] = [];
  const words: string[] = [];
  // The bundle tells the largest body; without it, the size of the packet is bound enough.
  decodeCodedFeatures(payload, context.epochInService, payload.length, MAX_UPLINK_SAMPLES, (shortSlot, body) => {
    samples.push({ shortSlot, featureBytes: body?.length ?? 0, has: body !== null });
    words.push(phrase(`slot #${shortSlot}`, body ? `features coded in ${body.length} B` : 'no longer has them'));
  });
  return described('codedFeatures', names, payload, context, several(words), { samples });
}

function isOfKind(payload: Uint8Array, kind: FrameKindName): boolean {
  return (payload[0] & 15) === FrameKind[kind];
}

/** A feature request: bodies have no size to know, so it is always decoded. */
export function describeFeatureRequest(names: TopicNames, payload: Uint8Array, context: WatchContext): Description {
  const shortSlots: number[] = [];
  decodeFeatureRequest(payload, context.epochInService, MAX_UPLINK_SAMPLES, (shortSlot) => shortSlots.push(shortSlot));
  const asked = `asked for features of ${slotsInWords(shortSlots.map((slot) => `#${slot}`))}`;
  return described('featureRequest', names, payload, context, asked, { shortSlots });
}

/** A sample list whose body sizes nobody has said yet: the header and the first mark can be read nevertheless. */
function firstSampleOnly(
  frame: 'summary' | 'features',
  names: TopicNames,
  payload: Uint8Array,
  context: WatchContext,
): Description {
  let description = described(frame, names, payload, context, 'sizes not known yet', { sizesKnown: false });
  const visit: DeviceSampleVisitor = (shortSlot, hasBody) => {
    const says = hasBody ? `a ${frame} body` : frame === 'summary' ? 'sees nothing' : 'no longer has them';
    const words = phrase(`slot #${shortSlot}`, says, 'sizes not known yet');
    description = described(frame, names, payload, context, words, { shortSlot, hasBody, sizesKnown: false });
  };
  decodeDeviceSamples(payload.subarray(0, HEADER_BYTES + 2), frame, context.epochInService, 0, 1, visit);
  return description;
}

function described(
  frame: FrameKindName,
  names: TopicNames,
  payload: Uint8Array,
  context: WatchContext,
  words: string,
  fields: object,
): Description {
  const { device = '' } = names;
  const sender = { epoch: payload[1], device, view: context.viewOf(device) ?? null };
  return { frame, words: phrase(camera(names, context), words), fields: { ...sender, ...fields } };
}

/** The camera by its view, or, before its status came, by its device's name. */
export function camera({ device = '' }: TopicNames, context: WatchContext): string {
  const view = context.viewOf(device);
  return view === undefined ? `device ${device}` : `camera ${view}`;
}

function shareOfOnes(bytes: Uint8Array): number {
  let ones = 0;
  for (let byte of bytes) for (; byte > 0; byte &= byte - 1) ones++;
  return bytes.length > 0 ? ones / (bytes.length * 8) : 0;
}
