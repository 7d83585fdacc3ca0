import {
  BrokerUrlSetting,
  BundleKeysSetting,
  connectionSettings,
  HealthSettings,
  IntegerSetting,
  LogSettings,
  SecretSetting,
} from '@ddnn/process';
import { NAME_PATTERN } from '@ddnn/protocol';
import Type, { type Static } from 'typebox';

const Recorded = Type.Object({
  kind: Type.Literal('recorded'),
  manifest: Type.String({ minLength: 1, description: 'CSV manifest of recorded images, FILE.npz or mnist6:FOLDER' }),
  view: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 31, description: 'column viewN; default: the agent’s own view' }),
  ),
  split: Type.Optional(Type.String()),
  splitColumn: Type.Optional(Type.String()),
});
const Folder = Type.Object({
  kind: Type.Literal('folder'),
  folder: Type.String({ minLength: 1, description: 'folder of PNG or JPEG files' }),
});
const Simulated = Type.Object({
  kind: Type.Literal('simulated'),
  seed: Type.Integer({ default: 1, minimum: 0, description: 'all cameras of one street share it' }),
});

/** Settings of an agent: types, defaults, bounds and documentation. */
export const AgentConfigSchema = Type.Object({
  device: Type.String({
    pattern: NAME_PATTERN,
    description: 'name of this device, as the edge knows it; short names cost fewer bytes',
  }),
  view: Type.Integer({ minimum: 0, maximum: 31, description: 'which view of the bundle this camera is' }),
  edge: Type.Object({
    url: BrokerUrlSetting('the edge broker', 'mqtt://127.0.0.1:1883'),
    token: Type.Optional(SecretSetting('password of this device, where the edge asks for one')),
    ...connectionSettings,
  }),
  bundle: Type.String({ minLength: 1, description: 'bundle file' }),
  bundleKeys: BundleKeysSetting,
  camera: Type.Union([Recorded, Folder, Simulated]),
  pace: Type.Enum(['clock', 'parent'], {
    default: 'clock',
    description:
      'clock: one sample a slot of the edge’s clock; parent: the process that started this one triggers samples',
  }),
  batch: Type.Object({
    samples: IntegerSetting(1, 1, 128, 'samples in one summary frame at most; the same on all devices of a site'),
    waitMs: IntegerSetting(200, 1, 60_000, 'a frame goes at the latest so long after its first sample was captured'),
  }),
  cacheSamples: IntegerSetting(256, 1, 16_384, 'samples whose features are kept'),
  allowPixels: Type.Boolean({ default: false, description: 'permit bundles that send pixels from the camera' }),
  health: HealthSettings,
  log: LogSettings,
});

/** Settings of an agent. */
export type AgentConfig = Static<typeof AgentConfigSchema>;
