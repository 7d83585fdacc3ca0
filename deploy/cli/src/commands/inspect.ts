import pc from 'picocolors';
import { printJson } from '../terminal/output.js';
import { createTable } from '../terminal/table.js';
import { bytes } from '../terminal/words.js';
import { readBundle } from './open-bundle.js';

/** `ddnn bundle inspect`: what is inside a bundle. */
export async function inspect(file: string, flags: { json?: boolean }): Promise<void> {
  const { architecture, exits, figures, shapes, id, tensors } = await readBundle(file);
  if (flags.json) {
    printJson({ id, architecture, exits, figures, shapes });
    return;
  }
  const { input, views, classes, name } = architecture;
  process.stdout.write(`${pc.bold(name)}  ${pc.dim(id)}\n`);
  process.stdout.write(
    `${views} views of ${input.height}x${input.width}x${input.channels}, classes ${classes.join(', ')}\n`,
  );
  const table = createTable(['tier', 'input', 'output', 'in memory', 'on the wire', 'exit']);
  const shape = (s: { height: number; width: number; channels: number }) => `${s.height}x${s.width}x${s.channels}`;
  const exit = (settings?: { threshold: number }) => (settings ? `T = ${settings.threshold}` : '–');
  const { device, edges, cloud, scoreBytes } = shapes;
  table.push([
    'device',
    shape(device.input),
    shape(device.output),
    bytes(device.memoryBytes),
    `${scoreBytes} B summary, ${device.featureBytes} B features`,
    exit(exits.local),
  ]);
  for (const edge of edges)
    table.push([
      'edge',
      shape(edge.input),
      shape(edge.output),
      bytes(edge.memoryBytes),
      `${edge.featureBytes} B features`,
      exit(exits.edge),
    ]);
  table.push(['cloud', shape(cloud.input), shape(cloud.output), bytes(cloud.memoryBytes), '–', 'always']);
  process.stdout.write(`${table}\n`);
  for (const [figure, value] of Object.entries(figures)) process.stdout.write(`  ${figure.padEnd(28)} ${value}\n`);
  process.stdout.write(pc.dim(`  ${tensors.size} tensors\n`));
}
