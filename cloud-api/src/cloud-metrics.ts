import { createMetrics } from '@ddnn/process';
import { PUBACK_BYTES, publishBytes } from '@ddnn/protocol';

/** The metrics of the cloud. */
export type CloudMetrics = ReturnType<typeof createCloudMetrics>;

const BATCH_SECONDS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5];
const BATCH_SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000];

/** Creates the registry with every metric of the cloud in it. */
export function createCloudMetrics() {
  const registry = createMetrics('cloud');
  const bytes = ['kind', 'site', 'direction'] as const;
  const payload = registry.counter('ddnn_cloud_uplink_payload_bytes_total', 'Payload bytes on the uplink', bytes);
  const packets = registry.counter('ddnn_cloud_uplink_packet_bytes_total', 'MQTT packet bytes on the uplink', bytes);
  return {
    registry,
    verdicts: registry.counter('ddnn_cloud_verdicts_total', 'Verdicts by exit and what became of them', [
      'exit',
      'outcome',
    ]),
    frames: registry.counter('ddnn_cloud_frames_total', 'Uplink frames by kind and result: taken, or an error code', [
      'kind',
      'result',
    ]),
    storeSeconds: registry.histogram('ddnn_cloud_store_batch_seconds', 'Time of one store transaction', BATCH_SECONDS),
    storeEntries: registry.histogram('ddnn_cloud_store_batch_entries', 'Rows in one store transaction', BATCH_SIZES),
    framesInFlight: registry.gauge('ddnn_cloud_frames_in_flight', 'Frames taken in and not yet stored'),
    frameBytes: registry.gauge('ddnn_cloud_frame_bytes', 'Bytes of the frames in flight and of those that wait'),
    storeWaiting: registry.gauge('ddnn_cloud_store_writes_waiting', 'Writes behind the transaction just written'),
    reads: registry.counter('ddnn_cloud_store_reads_total', 'Reads of the store by what became of them', ['result']),
    labelsDropped: registry.counter('ddnn_cloud_labels_dropped_total', 'Labels whose verdict did not come in time'),
    samplesJoining: registry.gauge('ddnn_cloud_samples_joining', 'Samples that wait for other edges of their site'),
    joinsCrowded: registry.counter(
      'ddnn_cloud_joins_crowded_total',
      'Samples of several edges that went on with what was there, because too many waited',
    ),
    framesWaiting: registry.gauge('ddnn_cloud_frames_waiting', 'Frames that wait unacknowledged to be taken in'),
    /** Counts one PUBLISH on the uplink; the PUBACK of QoS 1 goes the other way. */
    countPublish(
      direction: 'up' | 'down',
      kind: string,
      site: string,
      topic: string,
      payloadBytes: number,
      qos: number,
    ) {
      const back = direction === 'up' ? 'down' : 'up';
      payload.inc({ kind, site, direction }, payloadBytes);
      packets.inc({ kind, site, direction }, publishBytes(topic.length, payloadBytes, qos));
      if (qos > 0) packets.inc({ kind, site, direction: back }, PUBACK_BYTES);
    },
  };
}
