import type { Offer } from '@ddnn/fusion';
import type { Metrics } from '@ddnn/process';
import type { ExitName, FallbackReason } from '@ddnn/protocol';

/**
 * What happened to a summary: the answer of the sample window, or *unfit*: its device is not online with this bundle.
 */
export type SummaryResult = Offer | 'unfit';

/** The metrics of an edge. */
export function createEdgeMetrics(metrics: Metrics) {
  const summaries: Record<SummaryResult, number> = { taken: 0, duplicate: 0, late: 0, unknown: 0, unfit: 0 };
  const answers = new Map<ExitName, Map<FallbackReason, number>>();
  return {
    /** Counts a summary: plain numbers until the metrics are read, because they change with every message. */
    countSummary(result: SummaryResult): void {
      summaries[result]++;
    },
    /** Counts a verdict. */
    countVerdict(exit: ExitName, reason: FallbackReason): void {
      let reasons = answers.get(exit);
      if (!reasons) {
        reasons = new Map();
        answers.set(exit, reasons);
      }
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    },
    frames: metrics.counter(
      'ddnn_edge_frames_total',
      'Samples in frames from devices, by kind and what became of them',
      ['kind', 'result'],
      (counter) => {
        for (const result of Object.keys(summaries) as SummaryResult[]) {
          if (summaries[result] > 0) counter.inc({ kind: 'summary', result }, summaries[result]);
          summaries[result] = 0;
        }
      },
    ),
    verdicts: metrics.counter(
      'ddnn_edge_verdicts_total',
      'Verdicts, by exit and reason',
      ['exit', 'reason'],
      (counter) => {
        for (const [exit, reasons] of answers)
          for (const [reason, count] of reasons) counter.inc({ exit, reason }, count);
        answers.clear();
      },
    ),
    revised: metrics.counter('ddnn_edge_revised_total', 'Cloud verdicts that came after the fallback'),
    dropped: metrics.counter(
      'ddnn_edge_dropped_total',
      'Outbox entries dropped without the cloud, by kind and reason',
      ['kind', 'reason'],
    ),
    crowded: metrics.counter(
      'ddnn_edge_crowded_total',
      'Samples that went on without what they waited for, because too many waited',
      ['for'],
    ),
    badUplinkFrames: metrics.counter(
      'ddnn_edge_bad_uplink_frames_total',
      'Frames from the cloud that were refused, by code',
      ['code'],
    ),
    outbox: metrics.gauge('ddnn_edge_outbox_entries', 'Entries that wait for the cloud’s acknowledgement'),
    held: metrics.gauge('ddnn_edge_held_entries', 'Entries that the cloud has no bundle for, of those that wait'),
    waiting: metrics.gauge('ddnn_edge_waiting_samples', 'Samples that wait, by what for', ['for']),
    clockSteps: metrics.counter('ddnn_edge_clock_steps_total', 'Times the wall clock was set, by direction', [
      'direction',
    ]),
    clockOffset: metrics.gauge('ddnn_edge_clock_offset_ms', 'Site time less wall clock'),
    linkBytes: metrics.gauge('ddnn_edge_link_bytes', 'Bytes since the start, by link and kind', ['link', 'kind']),
  };
}

export type EdgeMetrics = ReturnType<typeof createEdgeMetrics>;
