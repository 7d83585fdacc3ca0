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
  'shared/session': ['process'],
  'shared/fusion': ['protocol'],
  'shared/tensor': ['model'],
  'device-agent': ['protocol', 'model', 'images', 'process', 'street', 'session'],
  'edge-broker': ['protocol', 'model', 'fusion', 'process', 'broker', 'session'],
  'cloud-api': ['protocol', 'model', 'fusion', 'process', 'broker'],
  training: ['protocol', 'model', 'images', 'tensor'],
  'deploy/cli': [
    'protocol',
    'model',
    'images',
    'process',
    'street',
    'session',
    'device-agent',
    'edge-broker',
    'cloud-api',
    'training',
  ],
  'test/bench': ['protocol', 'model', 'process', 'tensor', 'broker', 'edge-broker', 'training', 'cli'],
};
/**
 * What each folder of a room may import of its neighbours; `.` is what lies beside them. Arrows point down here too.
 * A file beside the folders (`edge.ts`, `index.ts`) may import any of them; what they all share (`.`) stands in the
 * list.
 */
const folders: Record<string, Record<string, readonly string[]>> = {
  'shared/model': {
    numbers: [],
    architecture: ['numbers', '.'],
    bundle: ['architecture', '.'],
    plain: ['numbers', 'architecture', 'bundle', '.'],
    aggregate: ['numbers', 'architecture'],
    kernels: ['numbers', 'architecture', 'plain', 'aggregate'],
    code: ['numbers', 'architecture', 'bundle', 'plain', 'kernels', '.'],
    tiers: ['numbers', 'architecture', 'bundle', 'plain', 'aggregate', 'kernels', '.'],
    testing: ['numbers', 'architecture', 'bundle', 'plain', 'aggregate', 'code'],
  },
  'edge-broker': {
    clock: ['.'],
    traffic: ['.'],
    outbox: [],
    uplink: ['outbox', 'traffic', '.'],
    samples: ['outbox', 'uplink', '.'],
    devices: ['samples', 'traffic', '.'],
  },
  'cloud-api': {
    store: [],
    sites: ['store', '.'],
    downlink: ['sites', 'store'],
    decide: ['downlink', 'sites', 'store', '.'],
    uplink: ['decide', 'downlink', 'sites', 'store', '.'],
    rest: ['store', '.'],
  },
  training: {
    data: ['.'],
    evaluate: ['data', '.'],
    thresholds: ['evaluate', 'data', '.'],
    export: [],
    code: ['data'],
    learn: ['code', 'export', 'thresholds', 'evaluate', 'data', '.'],
    sweeps: ['learn', 'evaluate', 'data', '.'],
    report: ['sweeps', 'evaluate', 'data', '.'],
    testing: ['data'],
  },
  'test/bench': {
    naive: ['.'],
    edge: ['.'],
    cloud: ['.'],
    section: ['naive', '.'],
    train: ['naive', '.'],
    wire: [],
  },
};
/** Rooms that run in a browser. */
const browserRooms = ['shared/protocol', 'shared/model', 'shared/street', 'device-agent/src/core'];
/**
 * Who may read the wall clock, which anybody may set at any moment. All but the clock keeper only tell the time: what
 * is decided, is decided by monotonic or by site time.
 */
const wallClockReaders = [
  'cloud-api/src/sites/site-reports.ts',
  'cloud-api/src/uplink/ingest.ts',
  'deploy/cli/src/commands/watch.ts',
  'edge-broker/src/clock/clock-keeper.ts',
  'edge-broker/src/edge-parts.ts',
];
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

/** The package of a room: `shared/model` or `model` → `@ddnn/model`; that of the command is called as the command. */
function packageNamed(room: string): string {
  const name = path.basename(room);
  return name === 'cli' ? 'ddnn' : `@ddnn/${name}`;
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
    const allowed = below.map(packageNamed);
    const others = Object.keys(rooms).map(packageNamed);
    const wrong = outside.filter(({ name }) => {
      const found = packageOf(name);
      return (others.includes(found) || name.startsWith('@ddnn/')) && !allowed.includes(found);
    });
    expect(wrong).toEqual([]);
  });

  it('allows no arrow that nobody uses', () => {
    const used = new Set(outside.map(({ name }) => packageOf(name)));
    expect(below.filter((name) => !used.has(packageNamed(name)))).toEqual([]);
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

describe.each(Object.entries(folders))('the folders of %s', (room, below) => {
  const root = path.join(ROOT, room, 'src');
  const folderOf = (file: string) => {
    const [first, ...rest] = path.relative(root, file).split(path.sep);
    return rest.length === 0 ? '.' : first;
  };
  const arrows = sources(path.join(room, 'src'))
    .filter((file) => !file.endsWith('.test.ts'))
    .flatMap((file) => imports(file))
    .filter(({ name }) => name.startsWith('.'))
    .map(({ file, name }) => ({
      file,
      from: folderOf(path.join(ROOT, file)),
      to: folderOf(path.resolve(ROOT, path.dirname(file), name)),
    }))
    .filter(({ from, to }) => from !== to && from !== '.');

  it('are all known', () => {
    const there = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(there.map(({ name }) => name).sort()).toEqual(Object.keys(below).sort());
  });

  it('import only folders below them', () => {
    expect(arrows.filter(({ from, to }) => !below[from]?.includes(to))).toEqual([]);
  });

  it('allow no arrow that nobody uses, and none in a circle', () => {
    const used = (from: string, to: string) => arrows.some((arrow) => arrow.from === from && arrow.to === to);
    const needless = Object.entries(below).flatMap(([from, tos]) =>
      tos.filter((to) => !used(from, to)).map((to) => `${from} → ${to}`),
    );
    expect(needless).toEqual([]);
    const reaches = (from: string, to: string): boolean =>
      (below[from] ?? []).some((next) => next !== '.' && (next === to || reaches(next, to)));
    expect(Object.keys(below).filter((folder) => reaches(folder, folder))).toEqual([]);
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

it('lets nobody read the wall clock but those who tell the time', () => {
  const readers = Object.keys(rooms)
    .flatMap((room) => sources(path.join(room, 'src')))
    .filter((file) => !file.endsWith('.test.ts'))
    .filter((file) => /\bDate\.now\b|\bnew Date\(\)|\bDate\(\)|timeOrigin/.test(readFileSync(file, 'utf8')))
    .map((file) => path.relative(ROOT, file));
  expect(readers.sort()).toEqual(wallClockReaders);
});

it('keeps comments within 120 columns', () => {
  const wide = [...Object.keys(rooms), 'test'].flatMap((room) =>
    sources(room)
      .filter((file) => !/node_modules|dist/.test(path.relative(ROOT, file)))
      .flatMap((file) => {
        const lines = readFileSync(file, 'utf8').split('\n');
        return lines.flatMap((line, i) =>
          line.length > 120 && /^\s*(\/\/|\/?\*)/.test(line) ? [`${path.relative(ROOT, file)}:${i + 1}`] : [],
        );
      }),
  );
  expect(wide).toEqual([]);
});
