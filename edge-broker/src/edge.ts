import { setTimeout as wait } from 'node:timers/promises';
import { openBundle, refusePixels } from '@ddnn/model';
import { createMetrics, HealthServer, LifeCycle, type Logger, type OpenParts, readSettingFile } from '@ddnn/process';
import { encodeTraffic, type Verdict } from '@ddnn/protocol';
import type { EdgeConfig } from './config.js';
import type { Device } from './devices/device-table.js';
import { OPEN_NOTE, refuseOpenDoor } from './devices/open-access.js';
import type { EdgeError } from './edge-error.js';
import { EdgeParts } from './edge-parts.js';
import type { Outbox, OutboxState } from './outbox/outbox.js';
import { readBacklog } from './samples/restart.js';
import type { Bridge } from './uplink/bridge.js';

const TICK_MS = 10;
const HOUSEKEEPING_MS = 1_000;
/** Devices that were told that the edge goes have sent their last summaries by then. */
const FAREWELL_MS = 100;
const DRAIN_MS = 3_000;

/** What an edge works with. */
export interface EdgeDeps {
  readonly logger: Logger;
  /** Hears every verdict, as a benchmark does. */
  readonly onVerdict?: (verdict: Verdict) => void;
  /** Hears what this edge cannot go on with; it is only logged where there is nobody to hear. */
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

  /** Answers what is open, hands the cloud what it may still take, and closes. What it did not take stays on disk. */
  stop(): Promise<void> {
    return this.#life.stop();
  }

  async #open(opened: OpenParts): Promise<EdgePorts> {
    const config = this.#config;
    const { logger, onVerdict, giveUp = (error) => logger.error({ code: error.code }, error.message) } = this.#deps;
    refuseOpenDoor(config.mqtt);
    const bundle = openBundle(await readSettingFile(config.bundle, 'bundle'), config.bundle);
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

    // Read before the outbox opens, which may put a damaged folder aside.
    await opened.start(parts.clock);
    tellOutbox(await opened.start(parts.outbox), config.outbox.folder, logger);
    await parts.clock.reserve();
    // Samples that came in while the listener closed.
    opened.add(async () => {
      await parts.path.drain();
      await parts.records.flush();
    });
    const backlog = await readBacklog(parts.outbox);
    const mqttPort = await opened.start(parts.listener);
    parts.path.resume(backlog);
    await parts.publishStatus('online');
    parts.bridge.start(parts.status('offline'));
    const timers = this.#startTimers(parts);
    opened.add(() => this.#leave(parts, timers));
    isOpen = true;
    return { mqttPort, healthPort };
  }

  #startTimers(parts: EdgeParts): readonly NodeJS.Timeout[] {
    const { records, trafficMs } = this.#config;
    return [
      setInterval(() => parts.path.expire(performance.now()), TICK_MS),
      setInterval(() => parts.recordTurns.flush(parts.records), records.flushMs),
      setInterval(() => parts.recordTurns.send(parts.records), records.sendMs),
      setInterval(() => this.#keepHouse(parts), HOUSEKEEPING_MS),
      setInterval(() => this.#reportTraffic(parts), trafficMs),
    ];
  }

  /** All that comes before the listener closes: whatever was taken is answered while somebody can hear it. */
  async #leave(parts: EdgeParts, timers: readonly NodeJS.Timeout[]): Promise<void> {
    const { path, records, bridge, outbox } = parts;
    await parts.publishStatus('offline');
    await wait(FAREWELL_MS);
    await path.drain();
    await records.send();
    bridge.pump();
    const giveUpAt = performance.now() + DRAIN_MS;
    const busy = () => outbox.size > 0 || path.waiting.cloud > 0;
    while (bridge.connected && busy() && performance.now() < giveUpAt) {
      await wait(TICK_MS);
    }
    for (const timer of timers) clearInterval(timer);
    // What the cloud did not answer in time is a fallback now; its features and record stay on disk.
    path.cloudLost();
    await records.flush();
    this.#reportTraffic(parts);
    await bridge.stop(this.#config.epoch, parts.status('offline'));
    const drained = path.drain();
    parts.takeNoMore();
    await drained;
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

  /** The disk refused a write: it is tried again until it takes one. */
  #recover(outbox: Outbox, bridge: Bridge): void {
    const { logger } = this.#deps;
    outbox.recover().then(
      (recovered) => {
        if (!recovered) return;
        logger.info({ entries: outbox.size }, 'the outbox writes again');
        bridge.pump();
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

/** A damaged outbox costs what it lost, and is told; the edge answers all the same. */
function tellOutbox({ entries, lost, setAside }: OutboxState, folder: string, logger: Logger): void {
  if (setAside !== undefined)
    logger.error({ folder, setAside, entries, lost }, 'the outbox was damaged and is repaired');
  else if (lost > 0) logger.error({ folder, entries, lost }, 'entries of the outbox are lost: its files were damaged');
}
