import { bytes, createTable, percent } from 'ddnn/terminal';
import pc from 'picocolors';
import type { CurvePoint } from './curve.js';
import type { Rate } from './measure.js';
import { VIEWS } from './scenes.js';
import type { MemoryPoint } from './soak.js';
import type { Latency } from './stage.js';

export interface QosFigures extends Rate {
  /** Share of bare Aedes' message rate in the same run. */
  readonly ofBareAedes: number;
  readonly bareAedes: Rate;
  /** The same while somebody else receives every frame. */
  readonly withViewer: Rate & { readonly ofBareAedes: number };
}

export interface EdgeFigures {
  readonly qos0: QosFigures;
  readonly qos1: QosFigures;
  /** Samples per CPU second against Mosquitto with a subscriber; null where there is no Mosquitto. */
  readonly vsMosquitto: number | null;
  readonly mosquitto: Rate | { readonly skipped: string };
  /** An edge that speaks before it writes (`durability: fast`), at QoS 0; its latency at the same rate. */
  readonly fast: Rate & { readonly p50Ms: number; readonly p99Ms: number };
  /** From a sample's last summary to its verdict, at half of the top rate. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Samples a second of that half. */
  readonly latencyRate: number;
  /** Each of the runs of which the medians are above. */
  readonly latencies: readonly Latency[];
  readonly curve?: readonly CurvePoint[];
  readonly memory?: readonly MemoryPoint[];
}

const whole = (value: number) => Math.round(value).toLocaleString('en');

/** Prints the figures as tables. */
export function report(figures: EdgeFigures): void {
  const { qos0, qos1, mosquitto, vsMosquitto, curve, memory } = figures;
  const table = createTable(['', 'samples/s', 'messages/s', 'of bare Aedes', 'samples per CPU second']);
  const row = (name: string, rate: Rate, share?: number) =>
    table.push([
      name,
      whole(rate.samplesPerSecond),
      whole(rate.samplesPerSecond * VIEWS),
      share === undefined ? '' : percent(share, 0),
      whole(rate.samplesPerCpuSecond),
    ]);
  for (const [level, qos] of [
    ['QoS 0', qos0],
    ['QoS 1', qos1],
  ] as const) {
    row(`${level}: bare Aedes, counting`, qos.bareAedes);
    row(`${level}: edge`, qos, qos.ofBareAedes);
    row(`${level}: edge, and a viewer of every frame`, qos.withViewer, qos.withViewer.ofBareAedes);
  }
  row('QoS 0: edge with durability fast', figures.fast);
  if ('skipped' in mosquitto) table.push(['QoS 0: Mosquitto, mqtt.js subscriber', mosquitto.skipped, '', '', '']);
  else
    row(
      'QoS 0: Mosquitto, mqtt.js subscriber',
      mosquitto,
      mosquitto.samplesPerSecond / qos0.bareAedes.samplesPerSecond,
    );
  print(table);
  if (vsMosquitto !== null) print(pc.green(`${vsMosquitto.toFixed(1)} times Mosquitto's samples per CPU second`));
  print(
    `last summary to verdict at ${whole(figures.latencyRate)} samples/s: ` +
      `p50 ${figures.p50Ms.toFixed(2)} ms, p99 ${figures.p99Ms.toFixed(2)} ms; with durability fast ` +
      `p50 ${figures.fast.p50Ms.toFixed(2)} ms, p99 ${figures.fast.p99Ms.toFixed(2)} ms (medians)`,
  );
  print(latencyTable(figures.latencies));
  if (curve) print(curveTable(curve));
  if (memory) print(memoryTable(memory));
}

function latencyTable(latencies: readonly Latency[]) {
  const table = createTable(['samples/s', 'p50 ms', 'p99 ms', 'core taken away']);
  for (const { rate, p50Ms, p99Ms, preempted } of latencies)
    table.push([whole(rate), p50Ms.toFixed(2), p99Ms.toFixed(2), `${whole(preempted)} times`]);
  return table;
}

function curveTable(curve: readonly CurvePoint[]) {
  const table = createTable(['devices', 'samples/s', 'bare Aedes', 'share', 'share per CPU second']);
  for (const { devices, samplesPerSecond, bareSamplesPerSecond, ofBareAedes, ofBareAedesPerCpu } of curve) {
    const shares = [percent(ofBareAedes, 0), percent(ofBareAedesPerCpu, 0)];
    table.push([whole(devices), whole(samplesPerSecond), whole(bareSamplesPerSecond), ...shares]);
  }
  return table;
}

function memoryTable(memory: readonly MemoryPoint[]) {
  const table = createTable(['samples', 'heap and buffers', 'resident']);
  for (const { samples, heapBytes, residentBytes } of memory)
    table.push([whole(samples), bytes(heapBytes), bytes(residentBytes)]);
  return table;
}

function print(what: { toString(): string } | string): void {
  process.stdout.write(`${what}\n`);
}
