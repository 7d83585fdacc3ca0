import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/**
 * Path of a program on PATH that a test needs. Undefined where it is missing: its tests are then skipped, and a line
 * says how to install it. With DDNN_REQUIRE_SERVICES=1 nothing may be skipped, so that a missing program throws.
 */
export function requireBinary(name: string, installLine: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '');
  const found = folders.map((folder) => path.join(folder, name)).find(isExecutable);
  if (found !== undefined) return found;
  const message = `${name} is not on PATH; install it with: ${installLine}`;
  if (process.env.DDNN_REQUIRE_SERVICES === '1') throw new Error(message);
  console.warn(`skipped: ${message}`);
  return undefined;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
