import pc from 'picocolors';
import { figureLines } from '../terminal/figure-lines.js';
import { printJson } from '../terminal/output.js';
import { tierTable } from '../terminal/tier-table.js';
import { readBundle } from './open-bundle.js';

/** `ddnn bundle inspect`: what is inside a bundle. */
export async function inspect(file: string, flags: { json?: boolean }): Promise<void> {
  const { architecture, exits, figures, shapes, id, tensors } = await readBundle(file);
  if (flags.json) {
    printJson({ id, architecture, exits, figures, shapes });
    return;
  }
  const { input, views, classes, name } = architecture;
  const learned = (['local', 'edge', 'cloud'] as const).filter((tier) => architecture[tier]?.missing === 'learned');
  const lines = [
    `${pc.bold(name)}  ${pc.dim(id)}`,
    `${views} views of ${input.height}x${input.width}x${input.channels}, classes ${classes.join(', ')}`,
    tierTable(architecture, shapes, exits),
    ...(learned.length > 0 ? [`  learned stand-ins for missing views: ${learned.join(', ')}`] : []),
    ...figureLines(figures),
    pc.dim(`  ${tensors.size} tensors`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
