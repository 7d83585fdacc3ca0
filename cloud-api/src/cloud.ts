import { HealthServer, LifeCycle, type Logger, type OpenParts } from '@ddnn/process';
import { packageVersion } from '@ddnn/process/version';
import { type CloudMetrics, createCloudMetrics } from './cloud-metrics.js';
import type { CloudConfig } from './config.js';
import { openBundles } from './decide/served-bundles.js';
import type { SendDown } from './downlink/send-down.js';
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
  /** Makes the store; left out: the SQLite store. */
  readonly createStore?: (options: SqliteStoreOptions) => VerdictStore;
}

/** The cloud: takes in what sites send up, decides uncertain samples, stores every verdict, serves them over REST. */
export class Cloud {
  readonly #config: CloudConfig;
  readonly #logger: Logger;
  readonly #makeStore: (options: SqliteStoreOptions) => VerdictStore;
  readonly #life = new LifeCycle((parts) => this.#open(parts));

  constructor(config: CloudConfig, { logger, createStore = (options) => new SqliteStore(options) }: CloudParts) {
    this.#config = config;
    this.#logger = logger;
    this.#makeStore = createStore;
  }

  /**
   * Opens bundle, store and ports. Throws CloudError, ModelError, StoreError or ProcessError, and leaves nothing open.
   */
  start(): Promise<CloudPorts> {
    return this.#life.start();
  }

  /** Waits until everything that was taken in is stored, then closes everything. */
  stop(): Promise<void> {
    return this.#life.stop();
  }

  async #open(parts: OpenParts): Promise<CloudPorts> {
    const config = this.#config;
    const logger = this.#logger;
    const bundles = await openBundles(config, logger);
    const [{ bundle }] = bundles;
    const metrics = createCloudMetrics();

    const store = this.#createStore(metrics);
    await parts.start(store);
    const roster = new Roster(config.uplink.maxEdges, config.uplink.maxDevicesAnEdge);
    roster.restore(await store.edges(), await store.devices());

    const sendDown: SendDown = (which, edge, frame) => uplink.send(which, edge, frame);
    const ingest = new Ingest(config, { bundles, store, roster, metrics, logger, sendDown });
    const uplink = new Uplink(config, { roster, ingest, metrics, logger });
    await parts.start(ingest);
    const mqttPort = await parts.start(uplink);

    const checks = { store: () => store.check().then(() => true) };
    const common = { checks, metrics: metrics.registry };
    const about = { version: packageVersion(import.meta.url), architecture: bundle.architecture };
    const httpPort = await parts.start(new RestServer(config, { ...config.http, ...common, ...about, store }, logger));
    const healthPort = await parts.start(new HealthServer({ ...config.health, ...common, logger }));
    return { mqttPort, httpPort, healthPort };
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
