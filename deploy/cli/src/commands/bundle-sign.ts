import { openBundle } from '@ddnn/model';
import pc from 'picocolors';
import { printJson } from '../terminal/output.js';
import { readInput } from './open-bundle.js';
import { openOutput } from './output-file.js';
import { readSigningKey } from './signing-key.js';

interface SignFlags {
  readonly key: string;
  readonly json?: boolean;
}

/** `ddnn bundle sign`: adds a signature to a bundle, or replaces the one that it has. */
export async function bundleSign(file: string, { key, json }: SignFlags): Promise<void> {
  const out = await openOutput('the bundle', file, {});
  const bytes = await readInput(file);
  const { id } = openBundle(bytes, file);
  const signer = await readSigningKey('--key', key);
  await out.write(signer.sign(bytes));
  const keyId = signer.publicKey.id;
  if (json) printJson({ bundle: file, id, keyId });
  else process.stdout.write(`${pc.green('✓')} ${file}  ${pc.dim(id.slice(0, 12))}  signed by key ${keyId}\n`);
}
