import { setTimeout as wait } from 'node:timers/promises';
import { openBundle, parsePublicKey, refusePixels } from '@ddnn/model';
import {
  createMetrics,
  HealthServer,
  LifeCycle,
  type Logger,
  type OpenParts,
  readBundleKeys,
  readSettingFile,
} from '@ddnn/process';
import { encodeTraffic, type Verdict } from '@ddnn/protocol';
import type { EdgeConfig } from './config.js';
import type { Device } from './devices/device-table.js';
import { OPEN_NOTE, refuseOpenDoor } from './devices/open-access.js';
import type { EdgeError } from './edge-error.js';
import { EdgeParts } from './edge-parts.js';
import type { Outbox } from './outbox/outbox.js';
import type { OutboxState } from './outbox/outbox-terms.js';
import type { Bridge } from './uplink/bridge.js';

const TICK_MS = 10;
const HOUSEKEEPING_MS = 1_000;
/** After this time, devices that were told that the edge stops have sent their last summaries. */
const FAREWELL_MS = 100;
const DRAIN_MS = 3_000;

/** What an edge works with. */
export interface EdgeDeps {
  readonly logger: Logger;
  /** Called with every verdict, for benchmarks. */
  readonly onVerdict?: (verdict: Verdict) => void;
  /** Called with an error that this edge cannot continue after; left out: the error is only logged. */
  readonly giveUp?: (error: EdgeError) => void;
}

/** Where a started edge listens. */
export interface EdgePorts {
  readonly mqttPort: number;
  readonly healthPort: number;
}

/** An edge broker: embedded MQTT broker, sample window, exits, outbox and bridge. */
export class Edge {
  readonly #config: EdgeConfig;
  readonly #deps: EdgeDeps;
  readonly #life = new LifeCycle((parts) => this.#open(parts));

  constructor(config: EdgeConfig, deps: EdgeDeps) {
    this.#config = config;
    this.#deps = deps;
  }

  /** Opens bundle and outbox, listens, and starts connecting to the cloud. A failed start leaves nothing open. */
  start(): Promise<EdgePorts> {
    return this.#life.start();
  }

  /**
   * Answers what is open, gives the cloud a moment to take what waits, and closes. What the cloud did not take stays on
   * disk.
   */
  stop(): Promise<void> {
    return this.#life.stop();
  }

  async #open(opened: OpenParts): Promise<EdgePorts> {
    const config = this.#config;
    const { logger, onVerdict, giveUp = (error) => logger.error({ code: error.code }, error.message) } = this.#deps;
    refuseOpenDoor(config.mqtt);
    const trusted = (await readBundleKeys(config.bundleKeys, logger))?.map(parsePublicKey);
    const bundle = openBundle(await readSettingFile(config.bundle, 'bundle'), config.bundle, trusted);
    refusePixels(bundle, config.allowPixels);
    const registry = createMetrics('edge');
    const parts = new EdgeParts({ config, bundle, logger, registry, onVerdict, giveUp });
    let isOpen = false;
    const checks = {
      edge: () => isOpen || 'starting',
      cloud: () => parts.bridge.ready,
      outbox: () => parts.outbox.failure?.message ?? true,
    };
    const openNote = config.mqtt.open ? OPEN_NOTE : undefined;
    if (openNote) logger.warn(openNote);
    const notes = { clock: () => parts.clock.note(), open: () => openNote };
    const health = new HealthServer({ ...config.health, metrics: registry, logger, checks, notes });
    const healthPort = await opened.start(health);

    // Read before the outbox opens, because the outbox may move a damaged folder away. Written only while the outbox is
    // open: until then the folder may belong to another edge.
    await parts.clock.start();
    tellOutbox(await opened.start(parts.outbox), config.outbox.folder, logger);
    opened.add(() => parts.clock.stop());
    await parts.clock.reserve();
    // Samples that came in while the listener closed.
    opened.add(async () => {
      await parts.path.drain();
      await parts.records.flush();
    });
    const { outbox } = parts;
    const backlog = { entries: [...outbox.entries()], interrupted: await outbox.interrupted() };
    const mqttPort = await opened.start(parts.listener);
    parts.path.resume(backlog);
    await parts.publishStatus('online');
    parts.bridge.start(parts.status('offline'));
    const timers = this.#startTimers(parts);
    // These steps run in the opposite order, each of them even if another one fails.
    opened.add(() => this.#answerLast(parts));
    opened.add(() => parts.bridge.stop(config.epoch, parts.status('offline')));
    opened.add(() => this.#stopWaiting(parts, timers));
    opened.add(() => this.#handOver(parts));
    isOpen = true;
    return { mqttPort, healthPort };
  }

  #startTimers(parts: EdgeParts): readonly NodeJS.Timeout[] {
    const { records, trafficMs } = this.#config;
    return [
      setInterval(() => parts.path.expire(performance.now()), TICK_MS),
      setInterval(() => parts.records.flushSoon(), records.flushMs),
      setInterval(() => parts.records.sendSoon(), records.sendMs),
      setInterval(() => this.#keepHouse(parts), HOUSEKEEPING_MS),
      setInterval(() => this.#reportTraffic(parts), trafficMs),
    ];
  }

  /** Answers what is open while the clients can still get it, and gives the cloud time to take what waits. */
  async #handOver(parts: EdgeParts): Promise<void> {
    const { path, records, bridge, outbox } = parts;
    await parts.publishStatus('offline');
    await wait(FAREWELL_MS);
    await path.drain();
    await records.send();
    const giveUpAt = performance.now() + DRAIN_MS;
    const busy = () => outbox.size > 0 || path.waiting.cloud > 0;
    while (bridge.connected && busy() && performance.now() < giveUpAt) {
      await wait(TICK_MS);
    }
  }

  /** What the cloud did not answer in time becomes a fallback now; its features and record stay on disk. */
  async #stopWaiting(parts: EdgeParts, timers: readonly NodeJS.Timeout[]): Promise<void> {
    for (const timer of timers) clearInterval(timer);
    parts.path.cloudLost();
    this.#reportTraffic(parts);
    await parts.records.flush();
  }

  /** Gives the last answers, before the listener closes. */
  async #answerLast(parts: EdgeParts): Promise<void> {
    const drained = parts.path.drain();
    parts.takeNoMore();
    await drained;
    await parts.answers.said();
    await parts.published;
  }

  #keepHouse({ bridge, outbox, metrics, path }: EdgeParts): void {
    bridge.resendOverdue(performance.now());
    if (outbox.failure) this.#recover(outbox, bridge);
    outbox.expire().catch((error: unknown) => this.#deps.logger.error({ err: error }, 'the outbox failed'));
    metrics.outbox.set(outbox.size);
    metrics.held.set(bridge.held);
    for (const [what, samples] of Object.entries(path.waiting)) metrics.waiting.set({ for: what }, samples);
  }

  /** The disk refused a write: try again until it accepts one. */
  #recover(outbox: Outbox, bridge: Bridge): void {
    const { logger } = this.#deps;
    outbox.recover().then(
      (recovered) => {
        if (!recovered) return;
        logger.info({ entries: outbox.size }, 'the outbox writes again');
        bridge.addWaiting();
      },
      (error: unknown) => logger.error({ err: error }, 'the outbox failed'),
    );
  }

  #reportTraffic({ bridge, listener, links, path, devices, metrics }: EdgeParts): void {
    const open = {
      uplink: bridge.socketBytes,
      device: ({ name }: Device) => listener.socketBytes(({ device }) => device?.name === name),
    };
    bridge.sendTraffic(encodeTraffic(this.#config.epoch, links.report(path.samples, devices.devices, open, metrics)));
  }
}

/** If the outbox was damaged, log what was lost; the edge works all the same. */
function tellOutbox({ entries, lost, setAside }: OutboxState, folder: string, logger: Logger): void {
  if (setAside !== undefined)
    logger.error({ folder, setAside, entries, lost }, 'the outbox was damaged and is repaired');
  else if (lost > 0) logger.error({ folder, entries, lost }, 'entries of the outbox are lost: its files were damaged');
}
