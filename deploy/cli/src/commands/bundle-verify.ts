import { openBundle, parsePublicKey } from '@ddnn/model';
import pc from 'picocolors';
import { printJson } from '../terminal/output.js';
import { readInput } from './open-bundle.js';

interface VerifyFlags {
  readonly key: readonly string[];
  readonly json?: boolean;
}

/** `ddnn bundle verify`: whether one of these keys has signed the bundle, as a tier with these `bundleKeys` asks. */
export async function bundleVerify(file: string, { key: files, json }: VerifyFlags): Promise<void> {
  const trusted = [];
  for (const name of files) trusted.push(parsePublicKey({ name, text: (await readInput(name)).toString() }));
  const { id, signature } = openBundle(await readInput(file), file, trusted);
  const keyId = signature!.key.id;
  if (json) printJson({ bundle: file, id, keyId });
  else process.stdout.write(`${pc.green('✓')} ${file}  ${pc.dim(id.slice(0, 12))}  signed by key ${keyId}\n`);
}
