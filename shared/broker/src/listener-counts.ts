import type { Metrics } from '@ddnn/process';

/** What a listener refuses. */
export type Refusal = 'id' | 'credentials' | 'will' | 'name' | 'place' | 'publish' | 'filter' | 'retain';

/** What a listener dropped, cut off and refused: plain numbers, because a stranger can raise them very fast. */
export class ListenerCounts {
  /** QoS 0 messages that a reader had no room for. */
  dropped = 0;
  /** Readers that were cut off. */
  cutOff = 0;
  /** Connections closed before they sent CONNECT, to make room or because they took too long. */
  unknown = 0;
  readonly refused: Record<Refusal, number> = {
    id: 0,
    credentials: 0,
    will: 0,
    name: 0,
    place: 0,
    publish: 0,
    filter: 0,
    retain: 0,
  };
}

/** Makes metrics of what a listener counts. */
export function createListenerMetrics(metrics: Metrics, counts: ListenerCounts): void {
  const count = (key: 'dropped' | 'cutOff' | 'unknown', name: string, help: string) =>
    metrics.counter(name, help, [], (counter) => {
      counter.inc(counts[key]);
      counts[key] = 0;
    });
  count('dropped', 'ddnn_mqtt_dropped_total', 'QoS 0 messages dropped, for their reader is slow');
  count('cutOff', 'ddnn_mqtt_cut_off_total', 'Clients cut off, for they read too little');
  count('unknown', 'ddnn_mqtt_unknown_total', 'Connections closed before they said who they are');
  metrics.counter('ddnn_mqtt_refused_total', 'What the MQTT listener refused', ['what'], (counter) => {
    for (const what of Object.keys(counts.refused) as Refusal[]) {
      if (counts.refused[what] > 0) counter.inc({ what }, counts.refused[what]);
      counts.refused[what] = 0;
    }
  });
}
