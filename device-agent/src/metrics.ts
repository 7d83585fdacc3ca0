import type { Metrics } from '@ddnn/process';

/** What an agent counts. */
export function createAgentMetrics(metrics: Metrics) {
  return {
    samples: metrics.counter('ddnn_agent_samples_total', 'Samples captured, by result', ['result']),
    payloadBytes: metrics.counter('ddnn_agent_payload_bytes_total', 'Payload published, by frame kind', ['kind']),
    badFrames: metrics.counter('ddnn_agent_bad_frames_total', 'Frames from the edge that were refused, by code', [
      'code',
    ]),
    clockSteps: metrics.counter('ddnn_agent_clock_steps_total', 'Times the edge’s clock was set, by direction', [
      'direction',
    ]),
    sectionSeconds: metrics.histogram(
      'ddnn_agent_section_seconds',
      'Time of the device section',
      [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1],
    ),
  };
}
