import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from './ddnn.js';

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly workspaces: readonly string[];
  readonly [kind: `${string}ependencies`]: Readonly<Record<string, string>> | undefined;
}

interface Packed {
  readonly name: string;
  readonly files: readonly { readonly path: string }[];
}

const manifestOf = (room: string): Manifest => JSON.parse(readFileSync(path.join(ROOT, room, 'package.json'), 'utf8'));
const published = manifestOf('.').workspaces.filter((room) => !manifestOf(room).private);
/** Folders of what measures and tests. */
const MEASURING = /(^|\/)(bench|naive|testing|test)\//;

let packed: Map<string, string[]>;
beforeAll(async () => {
  const rooms = published.flatMap((room) => ['-w', room]);
  const pack = ['pack', '--dry-run', '--json', '--ignore-scripts', ...rooms];
  const { stdout } = await promisify(execFile)('npm', pack, { cwd: ROOT, maxBuffer: 2 ** 26 });
  const packages = Object.values(JSON.parse(stdout) as Record<string, Packed>);
  packed = new Map(packages.map(({ name, files }) => [name, files.map((file) => file.path)]));
});

it('Every workspace but the benchmarks is published', () => {
  const all = manifestOf('.').workspaces;
  expect(all.filter((room) => !published.includes(room))).toEqual(['test/bench']);
});

describe.each(published)('The package of %s', (room) => {
  const manifest = manifestOf(room);
  /** What is packed, as sources; an older build may have left files of which there is none any more. */
  const sources = () =>
    packed
      .get(manifest.name)!
      .map((file) => file.replace(/^dist\/(.*)\.js$/, 'src/$1.ts'))
      .filter((file) => file.startsWith('src/') && existsSync(path.join(ROOT, room, file)));

  it('holds the compiled room, and nothing that measures or tests it', () => {
    expect(sources().length).toBeGreaterThan(1);
    expect(sources().filter((file) => MEASURING.test(file) || file.includes('.test.'))).toEqual([]);
  });

  it('needs nothing that measures or tests it', () => {
    const needing = sources().filter((file) =>
      /from '(@ddnn\/bench|@ddnn\/[\w-]+\/testing|[./\w-]*\/testing\/)/.test(
        readFileSync(path.join(ROOT, room, file), 'utf8'),
      ),
    );
    expect(needing).toEqual([]);
    const { dependencies, optionalDependencies, peerDependencies } = manifest;
    expect({ ...dependencies, ...optionalDependencies, ...peerDependencies }).not.toHaveProperty('@ddnn/bench');
  });
});
