import { createTable, percent } from 'ddnn/terminal';
import pc from 'picocolors';
import type { Section } from './summary.js';

/** The table that `ddnn bench cloud` prints. @param several samples of a frame that carries several */
export function cloudTable(sections: readonly Section[], several: number): string {
  const head = ['cloud section', 'samples a frame', 'samples/s', 'naive', 'ratio', 'p50 ms', 'p99 ms', 'same class'];
  const table = createTable(head);
  for (const of of sections) {
    for (const [load, frame] of [[of, 1] as const, [of.several, several] as const]) {
      const ratio = load.ratio.toFixed(1);
      table.push([
        frame === 1 ? of.section : '',
        String(frame),
        whole(load.samplesPerSecond),
        whole(of.naiveSamplesPerSecond),
        load.ratio >= 10 ? pc.green(ratio) : ratio,
        load.p50Ms.toFixed(1),
        load.p99Ms.toFixed(1),
        `${percent(of.agreement)}, naive ${percent(of.naiveAgreement)}`,
      ]);
    }
  }
  const notes = [
    'naive: Fastify, TensorFlow.js on WebAssembly, one sample a request, JSON floats; it stores nothing, ours stores every verdict on disk.',
    'p50, p99: at half of the top load, from the uplink frame written to the verdict received.',
  ];
  return `${table}\n${pc.dim(notes.join('\n'))}`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}
