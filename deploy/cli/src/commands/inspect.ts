import { isSigned } from '@ddnn/model';
import pc from 'picocolors';
import { figureLines } from '../terminal/figure-lines.js';
import { printJson } from '../terminal/output.js';
import { tierTable } from '../terminal/tier-table.js';
import { readBundle } from './open-bundle.js';

/** `ddnn bundle inspect`: what is inside a bundle. */
export async function inspect(file: string, flags: { json?: boolean }): Promise<void> {
  const { architecture, exits, figures, shapes, id, hash, tensors, signature } = await readBundle(file);
  const signed = signature ? { keyId: signature.key.id, fits: isSigned(hash, signature) } : null;
  if (flags.json) {
    printJson({ id, signature: signed, architecture, exits, figures, shapes });
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
    signatureLine(signed),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Only a comparison with a key that one knows shows whose signature it is. */
function signatureLine(signed: { keyId: string; fits: boolean } | null): string {
  if (!signed) return '  not signed';
  const { keyId, fits } = signed;
  return fits
    ? `  signed by key ${keyId}`
    : pc.red(`  with a signature of key ${keyId} that is not one of this content`);
}
