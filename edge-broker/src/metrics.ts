import type { Metrics } from '@ddnn/process';

/** What an edge counts. */
export function createEdgeMetrics(metrics: Metrics) {
  return {
    frames: metrics.counter(
      'ddnn_edge_frames_total',
      'Samples in frames from devices, by kind and what became of them',
      ['kind', 'result'],
    ),
    verdicts: metrics.counter('ddnn_edge_verdicts_total', 'Verdicts, by exit and reason', ['exit', 'reason']),
    revised: metrics.counter('ddnn_edge_revised_total', 'Cloud verdicts that came after the fallback'),
    dropped: metrics.counter(
      'ddnn_edge_dropped_total',
      'Outbox entries dropped without the cloud, by kind and reason',
      ['kind', 'reason'],
    ),
    badUplinkFrames: metrics.counter(
      'ddnn_edge_bad_uplink_frames_total',
      'Frames from the cloud that were refused, by code',
      ['code'],
    ),
    outbox: metrics.gauge('ddnn_edge_outbox_entries', 'Entries that wait for the cloud’s acknowledgement'),
    waiting: metrics.gauge('ddnn_edge_waiting_samples', 'Samples that wait, by what for', ['for']),
    linkBytes: metrics.gauge('ddnn_edge_link_bytes', 'Bytes since the start, by link and kind', ['link', 'kind']),
  };
}

export type EdgeMetrics = ReturnType<typeof createEdgeMetrics>;
