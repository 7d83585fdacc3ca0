import { listenerSettings } from '@ddnn/broker';
import {
  BrokerUrlSetting,
  BundleKeysSetting,
  connectionSettings,
  HealthSettings,
  IntegerSetting,
  LogSettings,
  PortSetting,
  SecretSetting,
} from '@ddnn/process';
import { MAX_UPLINK_SAMPLES, NAME_PATTERN } from '@ddnn/protocol';
import Type, { type Static } from 'typebox';

const Name = (description: string, fallback?: string) =>
  Type.String({ pattern: NAME_PATTERN, description, ...(fallback === undefined ? {} : { default: fallback }) });
const Milliseconds = (value: number, description: string) => IntegerSetting(value, 1, 3_600_000, description);

/** Settings of an edge broker: types, defaults, bounds and documentation. */
export const EdgeConfigSchema = Type.Object({
  site: Name('the cameras that see one scene', 'site'),
  edge: Name('this edge of the site', 'edge'),
  bundle: Type.String({ minLength: 1, description: 'bundle file, the same as on the devices and in the cloud' }),
  bundleKeys: BundleKeysSetting,
  group: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 31,
      description: 'which edge of the bundle this is, by its place in `edge.groups`; needed where it has several',
    }),
  ),
  epoch: IntegerSetting(1, 0, 255, 'rollout counter of the site'),
  slotMs: IntegerSetting(100, 0, 3_600_000, 'milliseconds between samples; 0: triggered from outside'),
  clock: Type.Object({
    stepMs: IntegerSetting(
      500,
      50,
      60_000,
      'a larger difference between site time and wall clock is a step, a smaller one is slewed',
    ),
    confirmMs: Milliseconds(120_000, 'site time follows a step forward once it has stood for so long'),
  }),
  devices: Type.Optional(
    Type.Array(
      Type.Object({
        device: Name('the device’s name'),
        view: Type.Integer({ minimum: 0, maximum: 31 }),
        token: Type.Optional(SecretSetting('its password')),
      }),
      { description: 'who may connect as which view; default: devices "0", "1", … without a password' },
    ),
  ),
  mqtt: Type.Object({
    host: Type.String({ default: '127.0.0.1', minLength: 1 }),
    open: Type.Boolean({
      default: false,
      description: 'no access rules: for interoperability suites, on loopback only',
    }),
    port: PortSetting(1883),
    maxPacketBytes: Type.Integer({
      default: 262_144,
      minimum: 1024,
      description: 'a larger packet closes its connection',
    }),
    maxConnections: Type.Integer({ default: 256, minimum: 1, maximum: 65_535 }),
    drainTimeoutMs: Milliseconds(5_000, 'a subscriber that does not read for so long is cut off'),
    ...listenerSettings,
  }),
  window: Type.Object({
    samples: IntegerSetting(1024, 2, 65_536, 'samples open at once, and closed ones remembered'),
    summaryDeadlineMs: Milliseconds(300, 'from a sample’s first summary to its local exit'),
    featureDeadlineMs: Milliseconds(500, 'from the feature request to going on without what is missing'),
    cloudDeadlineMs: Milliseconds(3_000, 'from sending features up to the fallback'),
    lateFeaturesMs: Milliseconds(30_000, 'features that come so long after the fallback still go up, to revise it'),
    batch: IntegerSetting(256, 1, 4096, 'samples in one device frame at most'),
  }),
  uplink: Type.Object({
    url: Type.Optional(BrokerUrlSetting('the cloud’s MQTT listener; without it every uncertain sample is a fallback')),
    ...connectionSettings,
    inFlight: IntegerSetting(
      64,
      1,
      10_000,
      'uncertain samples and record frames sent and not yet acknowledged by the cloud',
    ),
    backlogPerSecond: IntegerSetting(
      1_000,
      1,
      100_000,
      'entries that nobody waits for any more, sent in a second at most; live samples go before them',
    ),
    resendMs: Milliseconds(10_000, 'a frame the cloud did not acknowledge for so long is sent again'),
  }),
  outbox: Type.Object({
    folder: Type.String({
      minLength: 1,
      description: 'where features and records wait for the cloud’s acknowledgement',
    }),
    maxSamples: Type.Integer({ default: 100_000, minimum: 1, description: 'entries that may wait' }),
    whenFull: Type.Union([Type.Literal('dropOldest'), Type.Literal('refuse')], {
      default: 'dropOldest',
      description: 'beyond that, the oldest are dropped; or new samples get a fallback at once. Both are counted',
    }),
    maxAgeMs: Type.Integer({ default: 86_400_000, minimum: 1_000, description: 'older ones are dropped, and counted' }),
  }),
  records: Type.Object({
    flushMs: Milliseconds(200, 'local and edge verdicts are written to disk so often'),
    sendMs: Milliseconds(5_000, 'they are sent up so often, or when a frame is full'),
    batch: IntegerSetting(256, 1, MAX_UPLINK_SAMPLES, 'verdicts in one record frame at most'),
  }),
  durability: Type.Union([Type.Literal('strict'), Type.Literal('fast')], {
    default: 'strict',
    description: '*strict*: a verdict is written and then published; *fast*: the other way round',
  }),
  trafficMs: Milliseconds(2_000, 'byte counts are reported to the cloud so often'),
  verdictTopic: Type.Boolean({ default: false, description: 'publish verdicts as JSON on ddnn/{site}/verdict' }),
  localThreshold: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: 'instead of the bundle’s' })),
  edgeThreshold: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: 'instead of the bundle’s' })),
  allowPixels: Type.Boolean({ default: false, description: 'permit bundles that send pixels from cameras' }),
  health: HealthSettings,
  log: LogSettings,
});

/** Settings of an edge broker. */
export type EdgeConfig = Static<typeof EdgeConfigSchema>;
