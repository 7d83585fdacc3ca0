import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's root. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The folder of real images, or undefined where it is absent. */
export const DATA = [path.resolve(ROOT, process.env.DDNN_DATA ?? '../shared/data')].find((folder) =>
  existsSync(folder),
);

/** What a command did. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command as a user would. `onError` sees standard error as it comes. */
export function ddnn(args: readonly string[], onError?: (text: string, pid: number) => void): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, NO_COLOR: '1' };
    const child = spawn(process.execPath, [path.join(ROOT, 'deploy/cli/bin/ddnn.js'), ...args], { cwd: ROOT, env });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
      onError?.(String(chunk), child.pid!);
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** Runs a command that must succeed, and reads the JSON on its standard output. */
export async function ddnnJson<T>(args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await ddnn([...args, '--json']);
  if (code !== 0) throw new Error(`ddnn ${args.join(' ')} ended with ${code}:\n${stderr}`);
  return JSON.parse(stdout) as T;
}
