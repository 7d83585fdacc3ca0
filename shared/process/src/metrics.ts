import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** A process's own metrics, apart from those of other processes in the same Node. */
export interface Metrics {
  /** the media type of `text()` */
  readonly contentType: string;
  /**
   * a count that only rises, such as bytes or drops. `collect` adds what was counted elsewhere, just before the metric
   * is read; what happens with every message is counted that way, because labels are slow
   */
  counter<L extends string = never>(
    name: string,
    help: string,
    labels?: readonly L[],
    collect?: (counter: Counter<L>) => void,
  ): Counter<L>;
  /** a value that rises and falls, such as the length of a queue */
  gauge<L extends string = never>(name: string, help: string, labels?: readonly L[]): Gauge<L>;
  /** a distribution; `buckets` are upper bounds in the metric's unit */
  histogram<L extends string = never>(
    name: string,
    help: string,
    buckets: readonly number[],
    labels?: readonly L[],
  ): Histogram<L>;
  /** all metrics in Prometheus' text format */
  text(): Promise<string>;
}

/**
 * A registry of its own with the default metrics of the process (CPU, memory, event loop).
 * Every sample carries the label `process`, the name given here.
 */
export function createMetrics(name: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ process: name });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    contentType: registry.contentType,
    counter: <L extends string>(
      name: string,
      help: string,
      labels: readonly L[] = [],
      collect?: (counter: Counter<L>) => void,
    ) =>
      new Counter<L>({
        name,
        help,
        labelNames: labels,
        registers,
        ...(collect && {
          collect() {
            collect(this);
          },
        }),
      }),
    gauge: (name, help, labels = []) => new Gauge({ name, help, labelNames: labels, registers }),
    histogram: (name, help, buckets, labels = []) =>
      new Histogram({ name, help, buckets: [...buckets], labelNames: labels, registers }),
    text: () => registry.metrics(),
  };
}
