import { readFile } from 'node:fs/promises';
import { openBundle } from '@ddnn/model';
import { HealthServer, type Logger, readSettingFile } from '@ddnn/process';
import { type CloudMetrics, createCloudMetrics } from './cloud-metrics.js';
import type { CloudConfig } from './config.js';
import { RestServer } from './rest/rest-server.js';
import { Roster } from './sites/roster.js';
import { SqliteStore, type SqliteStoreOptions } from './store/sqlite-store.js';
import type { VerdictStore } from './store/verdict-store.js';
import { Ingest } from './uplink/ingest.js';
import { Uplink } from './uplink/uplink.js';

/** Where a started cloud listens. */
export interface CloudPorts {
  readonly mqttPort: number;
  readonly httpPort: number;
  readonly healthPort: number;
}

/** What a cloud works with. */
export interface CloudParts {
  readonly logger: Logger;
  /** Makes the store, where it is not SQLite's. */
  readonly createStore?: (options: SqliteStoreOptions) => VerdictStore;
}

/** The cloud: takes in what sites send up, decides uncertain samples, stores every verdict, serves them over REST. */
export class Cloud {
  readonly #config: CloudConfig;
  readonly #logger: Logger;
  readonly #makeStore: (options: SqliteStoreOptions) => VerdictStore;
  /** In the order of starting. */
  #running: { stop(): Promise<void> }[] = [];

  constructor(config: CloudConfig, { logger, createStore = (options) => new SqliteStore(options) }: CloudParts) {
    this.#config = config;
    this.#logger = logger;
    this.#makeStore = createStore;
  }

  /**
   * Opens bundle, store and ports. Throws CloudError, ModelError, StoreError or ProcessError, and leaves nothing open.
   */
  async start(): Promise<CloudPorts> {
    try {
      return await this.#start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Lets what was taken in be stored, then closes everything. */
  async stop(): Promise<void> {
    const running = this.#running.reverse();
    this.#running = [];
    for (const part of running) await part.stop();
  }

  async #start(): Promise<CloudPorts> {
    const config = this.#config;
    const logger = this.#logger;
    const bundle = openBundle(await readSettingFile(config.bundle, 'bundle'), config.bundle);
    const metrics = createCloudMetrics();
    this.#running.push({ stop: async () => metrics.registry.close() });

    const store = this.#createStore(metrics);
    await store.start();
    this.#running.push(store);
    const roster = new Roster(config.uplink.maxEdges, config.uplink.maxDevicesAnEdge);
    roster.restore(await store.edges(), await store.devices());

    const sendDown: Uplink['send'] = (which, edge, frame) => uplink.send(which, edge, frame);
    const ingest = new Ingest(config, { bundle, store, roster, metrics, logger, sendDown });
    const uplink = new Uplink(config, { roster, ingest, metrics, logger });
    ingest.start();
    this.#running.push(ingest);
    const mqttPort = await uplink.start();
    this.#running.push(uplink);

    const checks = { store: () => store.check().then(() => true) };
    const rest = new RestServer(
      config,
      {
        store,
        architecture: bundle.architecture,
        metrics: metrics.registry,
        version: await packageVersion(),
        checks,
        ...config.http,
      },
      logger,
    );
    this.#running.push(rest);
    const httpPort = await rest.start();
    const health = new HealthServer({ ...config.health, metrics: metrics.registry, checks, logger });
    this.#running.push(health);
    return { mqttPort, httpPort, healthPort: await health.start() };
  }

  #createStore(metrics: CloudMetrics): VerdictStore {
    const { batchEntries, batchMs, maxQueuedWrites, ...options } = this.#config.store;
    return this.#makeStore({
      ...options,
      maxEntries: batchEntries,
      maxMs: batchMs,
      maxQueued: maxQueuedWrites,
      onBatch: (seconds, entries, waiting) => {
        metrics.storeWaiting.set(waiting);
        metrics.storeSeconds.observe(seconds);
        metrics.storeEntries.observe(entries);
      },
      onDroppedLabels: (count) => metrics.labelsDropped.inc(count),
      onRead: (result) => metrics.reads.inc({ result }),
    });
  }
}

async function packageVersion(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
