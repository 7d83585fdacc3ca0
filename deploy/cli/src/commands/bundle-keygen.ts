import pc from 'picocolors';
import { printJson } from '../terminal/output.js';
import { makeSigningKey } from './signing-key.js';

/** `ddnn bundle keygen`: a new key to sign bundles with. */
export async function bundleKeygen({ out, json }: { out: string; json?: boolean }): Promise<void> {
  const { id, bytes } = await makeSigningKey(out);
  const text = Buffer.from(bytes).toString('base64');
  if (json) {
    printJson({ privateKey: out, publicKey: `${out}.pub`, key: text, keyId: id });
    return;
  }
  const lines = [
    `${pc.green('✓')} ${out}  private: keep it where bundles are signed, and nowhere else`,
    `${pc.green('✓')} ${out}.pub  public: name it in bundleKeys of agents, edges and cloud`,
    `key ${id}  ${text}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
