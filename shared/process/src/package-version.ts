import { createRequire } from 'node:module';

/**
 * The version of a room's package, as `--version` and status frames carry it.
 *
 * @param module `import.meta.url` of a file beside the room's folders: its package.json is one folder up
 */
export function packageVersion(module: string): string {
  return (createRequire(module)('../package.json') as { version: string }).version;
}
