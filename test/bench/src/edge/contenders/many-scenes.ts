import { join } from 'node:path';
import { type Access, MqttListener } from '@ddnn/broker';
import {
  createEdgeMetrics,
  DeviceTable,
  EdgeConfigSchema,
  type Identity,
  Intake,
  LinkMeter,
  Outbox,
  SamplePath,
} from '@ddnn/edge-broker';
import { createLogger, createMetrics, loadConfig } from '@ddnn/process';
import type { Contender } from '../contender.js';
import { Answers, deviceName, openBenchBundle, VIEWS } from '../scenes.js';
import { edgeSettings } from './whole-edge.js';

interface SceneIdentity {
  readonly intake: Intake;
  readonly identity: Identity;
}

const TICK_MS = 10;

/**
 * Many scenes of six cameras behind one listener: the edge's own listener, intake and sample path, one of the two
 * latter a scene. An edge as it is installed serves one scene; records and uplink are left out here.
 */
export class ManyScenes implements Contender {
  readonly answers = new Answers();
  onAnswer: ((slot: number) => void) | undefined;
  readonly #folder: string;
  readonly #scenes: number;

  constructor(folder: string, scenes: number) {
    this.#folder = folder;
    this.#scenes = scenes;
  }

  async start(): Promise<number> {
    const flags = {
      ...edgeSettings,
      bundle: 'none',
      'outbox.folder': join(this.#folder, 'outbox'),
      'window.samples': 4096,
      'mqtt.maxConnections': 65_535,
    };
    const config = loadConfig(EdgeConfigSchema, { env: {}, flags });
    const bundle = openBenchBundle();
    const outbox = new Outbox(
      { ...config.outbox, views: bundle.architecture.views, now: () => performance.now() },
      () => {},
    );
    await outbox.start();
    const logger = createLogger({ name: 'edge', level: 'silent' });
    const metrics = createEdgeMetrics(createMetrics('edge'));
    const intakes = new Map<string, Intake>();
    const paths: SamplePath[] = [];
    for (let scene = 0; scene < this.#scenes; scene++) {
      const names = Array.from({ length: VIEWS }, (_, view) => ({ device: deviceName(scene, view), view }));
      const devices = new DeviceTable(names, VIEWS);
      const path = new SamplePath({
        bundle,
        config,
        outbox,
        isLive: (view) => devices.ofView(view)?.status?.state === 'online',
        cloudReachable: () => false,
        requestFeatures: () => {},
        onUplink: () => {},
        onCrowded: () => {},
        onVerdict: ({ slot, classIndex, exit, reason }) => {
          metrics.countVerdict(exit, reason);
          this.answers.add(slot, classIndex);
          this.onAnswer?.(slot);
        },
        onRecord: () => {},
        onError: (_, error) => {
          throw error;
        },
      });
      const meters = names.map(() => new LinkMeter());
      const publish = () => {};
      const [onDeviceStatus, onDeviceBytes] = [() => {}, () => {}];
      const surroundings = { publish, onDeviceStatus, onDeviceBytes, siteTime: () => 0 };
      const intake = new Intake({ bundle, config, devices, path, meters, metrics, logger, ...surroundings });
      for (const { device } of names) intakes.set(device, intake);
      paths.push(path);
    }
    setInterval(() => {
      const now = performance.now();
      for (const path of paths) path.expire(now);
    }, TICK_MS);
    const options = { ...config.mqtt, setting: 'mqtt.port' };
    return new MqttListener<SceneIdentity>(options, new ScenesAccess(intakes), logger).start();
  }
}

/** Hands each client to the intake of its scene. */
class ScenesAccess implements Access<SceneIdentity> {
  readonly #intakes: ReadonlyMap<string, Intake>;

  constructor(intakes: ReadonlyMap<string, Intake>) {
    this.#intakes = intakes;
  }

  admit(username: string | undefined, password: Uint8Array | undefined): SceneIdentity | undefined {
    const intake = this.#intakes.get(username ?? '');
    const identity = intake?.admit(username, password);
    return intake && identity && { intake, identity };
  }

  maySubscribe({ intake, identity }: SceneIdentity, filter: string): boolean {
    return intake.maySubscribe(identity, filter);
  }

  direct({ intake, identity }: SceneIdentity) {
    return intake.direct(identity);
  }

  nameOf({ intake, identity }: SceneIdentity): string | undefined {
    return intake.nameOf(identity);
  }

  publishRight({ intake, identity }: SceneIdentity, topic: string) {
    return intake.publishRight(identity, topic);
  }

  take({ intake, identity }: SceneIdentity, message: Parameters<Intake['take']>[1]) {
    return intake.take(identity, message);
  }
}
