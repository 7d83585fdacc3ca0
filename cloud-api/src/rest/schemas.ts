import { exitNames, fallbackReasons, NAME_PATTERN, viewStateNames } from '@ddnn/protocol';
import Type from 'typebox';

const Nullable = <T extends Type.TSchema>(schema: T, description: string) =>
  Type.Union([schema, Type.Null()], { description });
const Count = (description?: string) => Type.Integer({ minimum: 0, ...(description ? { description } : {}) });
const Time = (description: string) => Type.Integer({ description: `${description}, Unix time in ms` });
const State = Type.Enum(['offline', 'online', 'unfit'], { description: 'unfit: alive, but with another bundle' });

export const SiteName = Type.String({ pattern: NAME_PATTERN, description: 'name of a site' });
export const ExitSchema = Type.Enum([...exitNames], { description: 'where the sample was answered' });
export const Slot = Type.Integer({ minimum: 0, maximum: 2 ** 48 - 1, description: 'sampling instant of the site' });

export const VerdictSchema = Type.Object({
  site: Type.String(),
  edge: Type.String(),
  slot: Slot,
  class: Type.String({ description: 'name of the class; "none" where no camera sees anything' }),
  classIndex: Type.Integer({ description: 'its place in the bundle; 255 for "none"' }),
  exit: ExitSchema,
  reason: Type.Enum([...fallbackReasons], { description: 'why it is a fallback' }),
  uncertainty: Type.Number({ description: 'of its exit, 0 (sure) to 1' }),
  entropy: Type.Number({ deprecated: true, description: 'old name of `uncertainty`; gone in the next version' }),
  views: Type.Array(Type.Enum([...viewStateNames]), { description: 'what became of each view' }),
  epoch: Type.Integer({ description: 'which bundle answered' }),
  capturedAt: Nullable(Type.Integer(), 'Unix time of the slot in ms; null where slots merely count'),
  storedAt: Time('when the cloud took it in'),
  label: Nullable(Type.String(), 'what the sample really was, where somebody said so'),
  revised: Nullable(
    Type.Object({
      class: Type.String(),
      classIndex: Type.Integer(),
      uncertainty: Type.Number(),
      entropy: Type.Number({ deprecated: true, description: 'old name of `uncertainty`; gone in the next version' }),
      storedAt: Time('when the answer came'),
    }),
    'the cloud’s answer after the fallback had become final',
  ),
});

export const VerdictPageSchema = Type.Object({
  verdicts: Type.Array(VerdictSchema),
  next: Nullable(Type.String(), 'cursor of the next page; null: this is the last'),
});

const Report = {
  state: State,
  epoch: Type.Integer(),
  bundle: Type.String({ description: 'SHA-256 of its bundle' }),
  views: Count('views of the bundle'),
  slotMs: Count('milliseconds between two slots; 0: slots merely count'),
  version: Type.String({ description: 'software version' }),
  reportedAt: Time('when it said so'),
};

export const EdgeSchema = Type.Object({ edge: Type.String(), ...Report });
export const SitesSchema = Type.Object({
  sites: Type.Array(Type.Object({ site: Type.String(), edges: Type.Array(EdgeSchema) })),
});
export const DevicesSchema = Type.Object({
  devices: Type.Array(
    Type.Object({
      site: Type.String(),
      edge: Type.String(),
      device: Type.String(),
      view: Count('which view it is'),
      ...Report,
    }),
  ),
});

const Link = {
  payloadUp: Count(
    'of a device: scores and features sent, without their frames; of an uplink: MQTT payload of sample traffic',
  ),
  wireUp: Count('MQTT packets of sample traffic towards the upper tier'),
  wireDown: Count('MQTT packets of sample traffic towards the lower tier'),
  session: Count('MQTT packets of the session, both ways'),
};

export const StatisticsSchema = Type.Object({
  samples: Count(),
  exits: Type.Object({ local: Count(), edge: Count(), cloud: Count(), fallback: Count() }),
  revised: Count('fallbacks that the cloud answered later; still counted as fallbacks'),
  classes: Type.Record(Type.String(), Type.Integer(), { description: 'samples by class' }),
  bytes: Type.Object({
    payloadPerView: Nullable(
      Type.Number(),
      'bytes of scores and features from device to edge, without their frames, average per view and sample',
    ),
    wirePerView: Nullable(
      Type.Number(),
      'bytes of MQTT packets of sample traffic per view and sample: both ways below the edge, and the uplink shared',
    ),
    sessionBytes: Count('MQTT packets of sessions, in all'),
    uplink: Type.Object(Link, { description: 'edges to cloud, in all' }),
    devices: Type.Array(Type.Object({ site: Type.String(), edge: Type.String(), view: Count(), ...Link }), {
      description: 'devices to edge, each since its edge started',
    }),
  }),
  labelled: Count('samples whose label is known'),
  accuracy: Nullable(Type.Number(), 'share of them that is right'),
  balancedAccuracy: Nullable(Type.Number(), 'mean over the labels of the share of each that is right'),
});
