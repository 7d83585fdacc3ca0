import {
  type AcknowledgementResult,
  type DeviceSample,
  encodeAcknowledgement,
  encodeClock,
  encodeCodedFeatures,
  encodeCodedSummary,
  encodeEdgeAnswer,
  encodeFeatureRequest,
  encodeFeatures,
  encodeStatus,
  encodeSummary,
  encodeTraffic,
  encodeUplinkFeatures,
  encodeUplinkRequest,
  encodeVerdicts,
  exitNames,
  type FrameKindName,
  fallbackReasons,
  joinBodies,
  MAX_SLOT,
  MAX_SLOT_GAP,
  MAX_UPLINK_GAP,
  NO_CLASS,
  NO_VIEW,
  type StatusState,
  type UplinkContentName,
  type Verdict,
  ViewState,
} from '@ddnn/protocol';
import fc from 'fast-check';
import { EPOCH, FEATURE_BYTES, MAX_SAMPLES, SCORE_BYTES, sizes } from '../../shared/protocol/test/decoders.js';
import { mutate, mutations } from './mutations.js';

/** A frame as somebody might send it. */
export interface FrameInput {
  /** The decoder that it is for. */
  readonly kind: FrameKindName;
  readonly bytes: Uint8Array;
  /** Nothing was done to it: it must come back. */
  readonly whole: boolean;
}

const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const u32 = fc.oneof(fc.nat(300), fc.nat(2 ** 32 - 1));
const u48 = fc.oneof(
  fc.nat(300),
  fc.maxSafeNat().map((value) => value % (MAX_SLOT + 1)),
);

/** As many things as one frame may carry, in ascending slots that are at most `maxGap` apart. */
function inSlots<Item>(item: fc.Arbitrary<Item>, maxGap: number): fc.Arbitrary<(Item & { slot: number })[]> {
  const gap = fc.oneof(fc.constant(1), fc.constantFrom(2, 3, 127, maxGap), fc.integer({ min: 1, max: maxGap }));
  const first = fc.oneof(
    fc.nat(70_000),
    fc.constantFrom(0, 32_767, 32_768, 2 ** 32 - 1, MAX_SLOT - MAX_SAMPLES * maxGap),
    u48.map((slot) => Math.min(slot, MAX_SLOT - MAX_SAMPLES * maxGap)),
  );
  const items = fc.array(fc.tuple(gap, item), { minLength: 1, maxLength: MAX_SAMPLES });
  return fc.tuple(first, items).map(([start, all]) => {
    let slot = start;
    return all.map(([step, each], i) => {
      if (i > 0) slot += step;
      return { ...each, slot };
    });
  });
}

const deviceSamples = (body: fc.Arbitrary<Uint8Array>): fc.Arbitrary<DeviceSample[]> =>
  inSlots(fc.record({ body: fc.option(body) }), MAX_SLOT_GAP);
const slots = (maxGap: number) => inSlots(fc.constant({}), maxGap).map((all) => all.map(({ slot }) => slot));

const states = fc
  .array(fc.nat(3), { minLength: sizes.views, maxLength: sizes.views })
  .map((all) => Uint8Array.from(all));
const verdict: fc.Arbitrary<Omit<Verdict, 'slot'>> = fc
  .record({
    classIndex: fc.oneof(fc.nat(20), fc.nat(NO_CLASS)),
    exit: fc.constantFrom(...exitNames),
    why: fc.constantFrom(...fallbackReasons.slice(1)),
    uncertainty: fc.nat(255).map((parts) => parts / 255),
    states: fc.oneof(states, fc.constant(new Uint8Array(sizes.views).fill(ViewState.present))),
  })
  .map(({ why, ...rest }) => ({ ...rest, reason: rest.exit === 'fallback' ? why : 'none' }));

const answer = fc
  .record({
    exit: fc.constantFrom('local' as const, 'edge' as const, 'fallback' as const),
    classIndex: fc.nat(255),
    uncertainty: fc.float({ min: 0, max: 1, noNaN: true }),
  })
  .map(encodeEdgeAnswer);
const uplinkSample = fc
  .record({
    states,
    content: fc.constantFrom<UplinkContentName>('views', 'edge', 'answer', 'coded'),
    answer,
    bodies: fc.array(fc.uint8Array({ maxLength: sizes.viewFeatureBytes }), { minLength: 6, maxLength: 6 }),
    bare: bytesOf(sizes.views * sizes.viewFeatureBytes),
  })
  .map(({ states, content, answer, bodies, bare }) => {
    const present = states.filter((state) => state === ViewState.present).length;
    const body = {
      views: () => bare.slice(0, present * sizes.viewFeatureBytes),
      edge: () => bare.slice(0, sizes.edgeFeatureBytes),
      answer: () => answer,
      coded: () => joinBodies(bodies.slice(0, present)),
    }[content]();
    return { states, content, body };
  });

const link = { payloadUp: u48, wireUp: u48, wireDown: u48, session: u48 };

/** Every kind of frame with any fields, written by its own encoder. */
export const wholeFrames: Readonly<Record<FrameKindName, fc.Arbitrary<Uint8Array>>> = {
  summary: deviceSamples(bytesOf(SCORE_BYTES)).map((samples) => encodeSummary(EPOCH, samples, SCORE_BYTES)),
  features: deviceSamples(bytesOf(FEATURE_BYTES)).map((samples) => encodeFeatures(EPOCH, samples, FEATURE_BYTES)),
  codedFeatures: deviceSamples(fc.uint8Array({ maxLength: FEATURE_BYTES })).map((samples) =>
    encodeCodedFeatures(EPOCH, samples),
  ),
  codedSummary: fc
    .tuple(
      fc.nat(70_000),
      fc.array(fc.boolean(), { minLength: 1, maxLength: MAX_SAMPLES }),
      fc.uint8Array({ maxLength: 12 }),
    )
    .map(([slot, present, scores]) =>
      encodeCodedSummary(EPOCH, slot, present, present.includes(true) ? scores : new Uint8Array(0)),
    ),
  featureRequest: slots(MAX_SLOT_GAP).map((all) => encodeFeatureRequest(EPOCH, all)),
  verdict: inSlots(verdict, MAX_UPLINK_GAP).map((all) => encodeVerdicts('verdict', EPOCH, all)),
  record: inSlots(verdict, MAX_UPLINK_GAP).map((all) => encodeVerdicts('record', EPOCH, all)),
  uplinkFeatures: inSlots(uplinkSample, MAX_UPLINK_GAP).map((all) => encodeUplinkFeatures(EPOCH, all, sizes)),
  acknowledgement: fc
    .record({
      epoch: fc.nat(255),
      of: fc.constantFrom('uplinkFeatures' as const, 'record' as const),
      result: fc.constantFrom<AcknowledgementResult>('stored', 'refused', 'held'),
      slots: slots(MAX_UPLINK_GAP),
    })
    .map(({ epoch, ...rest }) => encodeAcknowledgement(epoch, rest)),
  status: fc
    .record({
      epoch: fc.nat(255),
      state: fc.constantFrom<StatusState>('offline', 'online', 'unfit'),
      view: fc.oneof(fc.nat(31), fc.constant(NO_VIEW)),
      views: fc.nat(32),
      classes: fc.nat(255),
      scoreBytes: fc.nat(255),
      featureBytes: u32,
      slotMs: u32,
      bundle: bytesOf(32),
      // A lone surrogate is no text that UTF-8 could say.
      version: fc.string({ unit: 'grapheme', maxLength: 20 }),
    })
    .map(({ epoch, ...rest }) => encodeStatus(epoch, rest)),
  clock: fc
    .record({
      epoch: fc.nat(255),
      asked: fc.double({ noNaN: true, noDefaultInfinity: true }),
      edge: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { nil: undefined }),
    })
    .map(({ epoch, ...rest }) => encodeClock(epoch, rest)),
  uplinkRequest: slots(MAX_UPLINK_GAP).map((all) => encodeUplinkRequest(EPOCH, all)),
  traffic: fc
    .record({
      epoch: fc.nat(255),
      samples: u48,
      uplink: fc.record(link),
      devices: fc.array(fc.record({ view: fc.nat(255), ...link }), { maxLength: 4 }),
    })
    .map(({ epoch, ...rest }) => encodeTraffic(epoch, rest)),
};

const kinds = Object.keys(wholeFrames) as FrameKindName[];

/** Frames of every kind, whole or damaged, now and then handed to the decoder of another kind. */
export const frames: fc.Arbitrary<FrameInput> = fc.oneof(
  ...kinds.map((kind) =>
    fc
      .tuple(
        wholeFrames[kind],
        mutations,
        fc.oneof({ weight: 20, arbitrary: fc.constant(kind) }, fc.constantFrom(...kinds)),
      )
      .map(([bytes, damage, decoder]) => ({
        kind: decoder,
        bytes: mutate(bytes, damage),
        whole: damage.length === 0 && decoder === kind,
      })),
  ),
);
