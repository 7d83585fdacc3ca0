import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './ddnn.js';

/** What each room may import of the others: arrows point down. This is the table of docs/architecture.md. */
const rooms: Record<string, readonly string[]> = {
  'shared/protocol': [],
  'shared/model': [],
  'shared/street': [],
  'shared/images': [],
  'shared/process': [],
  'shared/broker': ['process'],
  'shared/fusion': ['protocol', 'model'],
  'shared/tensor': ['model'],
  'device-agent': ['protocol', 'model', 'images', 'process', 'street'],
  'edge-broker': ['protocol', 'model', 'fusion', 'process', 'broker'],
  'cloud-api': ['protocol', 'model', 'fusion', 'tensor', 'process', 'broker'],
  training: ['protocol', 'model', 'images', 'tensor'],
  'deploy/cli': [
    'protocol',
    'model',
    'images',
    'process',
    'street',
    'tensor',
    'broker',
    'device-agent',
    'edge-broker',
    'cloud-api',
    'training',
  ],
};
/** Rooms that run in a browser. */
const browserRooms = ['shared/protocol', 'shared/model', 'shared/street', 'device-agent/src/core'];
/** Root tools that test files may use without their package declaring them. */
const testTools = ['vitest', 'esbuild', 'playwright-core'];

interface Import {
  readonly file: string;
  readonly name: string;
}

function sources(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.join(entry.parentPath, entry.name));
}

/** What a room's tests share: its folder `test`. */
function testSources(room: string): string[] {
  return existsSync(path.join(ROOT, room, 'test')) ? sources(path.join(room, 'test')) : [];
}

function imports(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const pattern =
    /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)import\s+['"]([^'"]+)['"]/g;
  return [...text.matchAll(pattern)].map((match) => ({
    file: path.relative(ROOT, file),
    name: match[1] ?? match[2] ?? match[3],
  }));
}

/** `@ddnn/model/x` → `@ddnn/model`; `fastify/x` → `fastify`. */
function packageOf(name: string): string {
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
}

describe.each(Object.entries(rooms))('%s', (room, below) => {
  const manifest = JSON.parse(readFileSync(path.join(ROOT, room, 'package.json'), 'utf8'));
  const files = sources(path.join(room, 'src'));
  const isTest = (file: string) =>
    file.includes('.test.') || file.includes('/fixtures/') || file.endsWith('-contract.ts');
  const all = files.flatMap(imports);
  const inTests = testSources(room).flatMap(imports);
  const outside = all.filter(({ name }) => !name.startsWith('.') && !name.startsWith('node:'));

  it('has sources whose imports can be read', () => {
    expect(files.length).toBeGreaterThan(1);
    expect(all.length).toBeGreaterThan(0);
  });

  it('imports only rooms below it', () => {
    const allowed = below.map((name) => `@ddnn/${name}`);
    const wrong = outside.filter(({ name }) => name.startsWith('@ddnn/') && !allowed.includes(packageOf(name)));
    expect(wrong).toEqual([]);
  });

  it('declares every package that it imports', () => {
    const { dependencies = {}, optionalDependencies = {}, devDependencies = {} } = manifest;
    const runtime = Object.keys({ ...dependencies, ...optionalDependencies });
    const wrong = outside.filter(({ name, file }) => {
      const found = packageOf(name);
      if (runtime.includes(found)) return false;
      return !(isTest(file) && (found in devDependencies || testTools.includes(found)));
    });
    expect(wrong).toEqual([]);
    const known = [...runtime, ...Object.keys(devDependencies), ...testTools];
    const undeclared = inTests.filter(({ name }) => !/^(\.|node:)/.test(name) && !known.includes(packageOf(name)));
    expect(undeclared).toEqual([]);
  });

  it('uses every package that it declares', () => {
    const used = new Set(outside.map(({ name }) => packageOf(name)));
    expect(Object.keys(manifest.dependencies ?? {}).filter((name) => !used.has(name))).toEqual([]);
  });

  it('leaves its own folder only through packages', () => {
    const root = path.join(ROOT, room);
    const wrong = all.filter(
      ({ name, file }) => name.startsWith('.') && !path.resolve(ROOT, path.dirname(file), name).startsWith(root),
    );
    expect(wrong).toEqual([]);
  });

  it('pins its dependencies exactly', () => {
    const versions = Object.entries({
      ...manifest.dependencies,
      ...manifest.optionalDependencies,
      ...manifest.devDependencies,
    });
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(String(version)))).toEqual([]);
  });
});

it('knows every workspace', () => {
  const { workspaces } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  expect([...workspaces].sort()).toEqual(Object.keys(rooms).sort());
});

it.each(browserRooms)('%s uses nothing that a browser lacks', (folder) => {
  const wrong = sources(folder.includes('/src') ? folder : path.join(folder, 'src'))
    .filter((file) => !file.endsWith('.test.ts'))
    .flatMap((file) => {
      const text = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
      return /from 'node:|\bBuffer\b|\bprocess\./.test(text) ? [path.relative(ROOT, file)] : [];
    });
  expect(wrong).toEqual([]);
});
