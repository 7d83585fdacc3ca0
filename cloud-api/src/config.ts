import { listenerSettings } from '@ddnn/broker';
import { BundleKeysSetting, IntegerSetting as Count, HealthSettings, LogSettings, PortSetting } from '@ddnn/process';
import { MAX_UPLINK_SAMPLES } from '@ddnn/protocol';
import Type, { type Static } from 'typebox';

/** Settings of a cloud: types, defaults, bounds and documentation. */
export const CloudConfigSchema = Type.Object({
  host: Type.String({ default: '127.0.0.1', minLength: 1, description: 'address that uplink and REST listen on' }),
  bundle: Type.String({ minLength: 1, description: 'bundle file, the same as on the sites' }),
  bundleKeys: BundleKeysSetting,
  epoch: Count(1, 0, 255, 'rollout counter that stands for the bundle; samples of another one wait at their edge'),
  previousBundle: Type.Optional(
    Type.String({ minLength: 1, description: 'bundle file of the epoch before: answers what waited at the sites' }),
  ),
  previousEpoch: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 255, description: 'its epoch; the one before `epoch` when left out' }),
  ),
  uplink: Type.Object(
    {
      port: PortSetting(1884),
      maxPacketBytes: Count(1_048_576, 1_024, 67_108_864, 'a larger MQTT packet closes its connection'),
      maxConnections: Count(256, 1, 65_535, 'edges and viewers connected at once'),
      maxEdges: Count(1_024, 1, 65_535, 'edges known at all; another one is not admitted'),
      maxDevicesAnEdge: Count(64, 1, 4_096, 'devices that one edge may report; further ones are not stored'),
      maxFramesInFlight: Count(256, 1, 4_096, 'frames taken in and not yet stored; further ones wait unacknowledged'),
      maxBytesWaiting: Count(
        67_108_864,
        65_536,
        4_294_967_296,
        'bytes of frames not yet stored, taken in or waiting; one frame more closes its connection',
      ),
      maxSamplesAFrame: Count(MAX_UPLINK_SAMPLES, 1, 4_096, 'samples in one frame at most'),
      drainTimeoutMs: Count(8_000, 1_000, 60_000, 'a subscriber that does not read for so long is cut off'),
      ...listenerSettings,
      joinDeadlineMs: Count(
        1_000,
        1,
        600_000,
        'several edges a site: from a sample’s first report to going on without the others; as long again for features asked for',
      ),
      maxJoins: Count(
        4_096,
        1,
        65_536,
        'several edges a site: samples that wait for further reports; one more sends the oldest on',
      ),
    },
    { description: 'the MQTT listener for edges and viewers' },
  ),
  http: Type.Object(
    {
      port: PortSetting(8080),
      pageSize: Count(100, 1, 10_000, 'verdicts on a page where the request names no limit'),
      maxPageSize: Count(1_000, 1, 10_000, 'verdicts on a page at most'),
      maxLabels: Count(10_000, 1, 100_000, 'labels in one request at most'),
      maxBodyBytes: Count(1_048_576, 1_024, 67_108_864, 'bytes of a request body at most'),
      maxConnections: Count(256, 1, 65_535, 'HTTP connections at once'),
      headerTimeoutMs: Count(5_000, 100, 600_000, 'a connection that has not sent its headers by then is closed'),
      requestTimeoutMs: Count(10_000, 100, 600_000, 'a request that has not arrived whole by then is refused'),
      idleTimeoutMs: Count(
        10_000,
        100,
        600_000,
        'a connection on which nothing moves for so long is closed: between requests, or an answer that nobody reads',
      ),
    },
    { description: 'the REST API' },
  ),
  store: Type.Object(
    {
      file: Type.String({
        default: 'ddnn-cloud.sqlite',
        minLength: 1,
        description: 'SQLite file of verdicts; `:memory:` keeps them only while the process runs',
      }),
      maxVerdicts: Count(
        1_000_000,
        100,
        1_000_000_000,
        'verdicts kept; the oldest are deleted beyond it, statistics go on counting them',
      ),
      batchEntries: Count(512, 1, 65_536, 'rows written in one transaction at most'),
      batchMs: Count(5, 0, 1_000, 'the longest wait for further rows before a transaction, in ms'),
      maxQueuedWrites: Count(4_096, 1, 65_536, 'writes that wait for their transaction; further ones are refused'),
      maxWaitingLabels: Count(
        100_000,
        1,
        100_000_000,
        'labels kept whose verdict has not come; the oldest are deleted beyond it',
      ),
      readThreads: Count(2, 1, 16, 'threads that read; `:memory:` has one thread for everything'),
      maxQueuedReads: Count(64, 1, 65_536, 'reads that wait for a thread; further ones are refused'),
      readTimeoutMs: Count(2_000, 10, 600_000, 'a read that has no answer by then is refused'),
    },
    { description: 'where verdicts are kept' },
  ),
  health: HealthSettings,
  log: LogSettings,
});

/** Settings of a cloud. */
export type CloudConfig = Static<typeof CloudConfigSchema>;
