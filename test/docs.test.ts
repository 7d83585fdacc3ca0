import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CloudConfigSchema } from '@ddnn/cloud-api';
import { AgentConfigSchema } from '@ddnn/device-agent';
import { EdgeConfigSchema } from '@ddnn/edge-broker';
import { ArchitectureSchema } from '@ddnn/model';
import { FrameKind, topics } from '@ddnn/protocol';
import { describe, expect, it } from 'vitest';
import { ROOT } from './ddnn.js';

/** The parts of a TypeBox schema that a table row tells of. */
interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...markdown('docs')];
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

function markdown(folder: string): string[] {
  const entries = readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter(({ name }) => name.endsWith('.md'))
    .map(({ parentPath, name }) => path.relative(ROOT, path.join(parentPath, name)));
}

/** The text between a heading and the next one of its level or above. */
function chapter(file: string, heading: string): string {
  const text = read(file);
  const start = text.indexOf(`\n${heading}\n`);
  expect(start, `${file} has the heading "${heading}"`).toBeGreaterThanOrEqual(0);
  const level = heading.indexOf(' ');
  const next = text.slice(start + heading.length + 1).search(new RegExp(`\\n#{1,${level}} `));
  return next < 0 ? text.slice(start) : text.slice(start, start + heading.length + 1 + next);
}

/** Every setting of a schema: its path, and what the first three cells of its row say. */
function settings(schema: Schema, at = '', required = true): { key: string; row: string }[] {
  const parts = [schema, ...(schema.anyOf ?? []), ...(schema.items ? [schema.items] : [])];
  const mappings = parts.filter(({ properties }) => properties);
  if (mappings.length > 0) {
    const below = schema.items ? `${at}[].` : at ? `${at}.` : '';
    return mappings.flatMap(({ properties, required: needed = [] }) =>
      Object.entries(properties!).flatMap(([key, child]) => settings(child, below + key, needed.includes(key))),
    );
  }
  const fallback = schema.default === undefined ? (required ? '**required**' : '–') : `\`${schema.default}\``;
  return [{ key: at, row: `| \`${at}\` | ${fallback} | ${kind(schema, at)} |` }];
}

function kind({ type, const: only, enum: choices, minimum, maximum, items }: Schema, key: string): string {
  if (only !== undefined) return `\`${only}\``;
  if (choices) return choices.map((choice) => `\`${choice}\``).join(', ');
  if (items) return 'list';
  const unit = /Ms$/.test(key) ? ' ms' : /Seconds$/.test(key) ? ' s' : /Bytes$/.test(key) ? ' bytes' : '';
  if (minimum === undefined) return type ?? 'list';
  const [low, high] = [minimum, maximum].map((bound) => bound?.toLocaleString('en-US'));
  return `${type}, ${high ? `${low} to ${high}${unit}` : `${low}${unit} or more`}`;
}

/** First cells of the table rows of a text that name something in code. */
function rowKeys(text: string): string[] {
  return [...text.matchAll(/^\| `([^`]+)` +\|/gm)].map(([, key]) => key);
}

/** Rows as they stand, with the padding of aligned tables taken out. */
const unpadded = (text: string) => text.replace(/ +\|/g, ' |');

const sources = [
  'device-agent',
  'edge-broker',
  'cloud-api',
  'training',
  'deploy/cli',
  'test/bench',
  ...rooms('shared'),
].flatMap((room) =>
  readdirSync(path.join(ROOT, room, 'src'), { recursive: true, withFileTypes: true })
    .filter(({ name }) => name.endsWith('.ts') && !name.includes('.test.'))
    .map(({ parentPath, name }) => readFileSync(path.join(parentPath, name), 'utf8')),
);

function rooms(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder)).map((name) => `${folder}/${name}`);
}

/** Everything in quotes in the sources that matches. */
function quoted(pattern: RegExp): string[] {
  return [...new Set(sources.flatMap((text) => text.match(pattern) ?? []).map((text) => text.slice(1, -1)))].sort();
}

describe('docs/operations.md', () => {
  it.each([
    ['## Agent', AgentConfigSchema],
    ['## Edge', EdgeConfigSchema],
    ['## Cloud', CloudConfigSchema],
  ])('tells default and bounds of every setting under "%s", and of no other', (heading, schema) => {
    const text = unpadded(chapter('docs/operations.md', heading));
    const there = settings(schema as unknown as Schema);
    expect(there.map(({ row }) => row).filter((row) => !text.includes(row))).toEqual([]);
    const keys = new Set(there.map(({ key }) => key));
    expect(rowKeys(text).filter((key) => !keys.has(key))).toEqual([]);
  });

  it('lists every metric, and no other', () => {
    const listed = rowKeys(chapter('docs/operations.md', '## Metrics')).sort();
    expect(listed).toEqual(quoted(/'ddnn_[a-z_]+'/g));
  });
});

describe('docs/errors.md', () => {
  it('explains every error code of the sources, and no other', () => {
    const variables = ['DDNN_DATA', 'DDNN_REQUIRE_SERVICES', 'DDNN_DEBUG'];
    const codes = quoted(/'DDNN_[A-Z_]+'/g).filter((name) => !variables.includes(name));
    expect(rowKeys(read('docs/errors.md')).sort()).toEqual(codes);
  });
});

describe('docs/security.md', () => {
  const rows = read('docs/security.md')
    .split('\n')
    .filter((line) => line.startsWith('| '));
  const named = rows.flatMap((row) =>
    [...row.matchAll(/\[([^\]]+)\]\(\.\.\/([^)]+\.test\.ts)\)/g)].map(([, title, file]) => ({ title, file })),
  );

  it('names tests for what it says, each in a file that has a test of that title', () => {
    expect(named.length).toBeGreaterThan(30);
    // A title may begin with the statements of the MQTT standard that it shows.
    const pattern = /\(\s*'(?:\[MQTT[^\]]+\] ?)*([^'\n]+)',\s*(?:\{[^}]*\},\s*)?(?:async\s*)?\(/g;
    const titles = (file: string) => [...read(file).matchAll(pattern)].map(([, title]) => title);
    const missing = named.filter(
      ({ file, title }) => !existsSync(path.join(ROOT, file)) || !titles(file).includes(title),
    );
    expect(missing).toEqual([]);
  });

  it('names a test wherever it says that an attacker can’t do something', () => {
    const claims = rows
      .map((row) => row.split(' | '))
      .filter((cells) => cells.length === 3 && !cells[0].includes('Can'));
    const bare = claims.filter(([, cannot, shown]) => cannot.trim() !== '–' && !shown.includes('.test.ts'));
    expect(bare).toEqual([]);
    expect(claims.length).toBeGreaterThan(20);
  });
});

describe('docs/training.md', () => {
  it('explains every key of an architecture, and no other', () => {
    const text = unpadded(chapter('docs/training.md', '## The architecture file'));
    const keys = new Set(settings(ArchitectureSchema as unknown as Schema).map(({ key }) => key));
    expect(new Set(rowKeys(text))).toEqual(keys);
  });
});

describe('docs/architecture.md', () => {
  it('has the import table of the layering test', () => {
    const table = /const rooms[\s\S]*?= (\{[\s\S]*?\n\});/.exec(read('test/layering.test.ts'))![1];
    const entries = [...table.matchAll(/'?([\w/-]+)'?: \[([^\]]*)\]/g)];
    expect(entries.length).toBeGreaterThan(5);
    const text = unpadded(chapter('docs/architecture.md', '## Rooms'));
    const rows = entries.map(([, room, names]) => {
      const imports = (names.match(/[\w-]+/g) ?? []).join(', ') || '–';
      return `| \`${room}\` | ${imports} |`;
    });
    expect(rows.filter((row) => !text.includes(row))).toEqual([]);
    expect(rowKeys(text)).toHaveLength(rows.length);
  });
});

describe('CONTRIBUTING.md', () => {
  it('names the free kinds of frames, as docs/protocol.md does', () => {
    const used: readonly number[] = Object.values(FrameKind);
    const free = Array.from({ length: 16 }, (_, kind) => kind).filter((kind) => !used.includes(kind));
    const listed = `${free.slice(0, -1).join(', ')} and ${free.at(-1)}`;
    expect(read('CONTRIBUTING.md')).toContain(`a free kind in \`FrameKind\` (${listed})`);
    expect(read('docs/protocol.md')).toContain(`a free kind (${listed})`);
  });
});

describe('README.md', () => {
  it('has every command in its table', () => {
    const program = read('deploy/cli/src/program.ts');
    const commands = [...program.matchAll(/\.command\('(\w+)'\)/g)].map(([, name]) => name);
    expect(commands).toContain('train');
    const text = chapter('README.md', '## Commands');
    const missing = [...commands, 'agent', 'edge', 'cloud'].filter((name) => !new RegExp(`\\b${name}\\b`).test(text));
    expect(missing).toEqual([]);
  });
});

describe.each(pages)('%s', (page) => {
  it('links to files that are there', () => {
    const links = [...read(page).matchAll(/\]\(([^)#\s]+)[^)]*\)/g), ...read(page).matchAll(/\bsrc="([^"]+)"/g)]
      .map(([, link]) => link)
      .filter((link) => !/^[a-z]+:/.test(link));
    const missing = links.filter((link) => !existsSync(path.resolve(ROOT, path.dirname(page), link)));
    expect(missing).toEqual([]);
  });

  it('names only source files that are there', () => {
    const files = read(page).match(
      /\b(?:device-agent|edge-broker|cloud-api|training|deploy|shared|test)\/[\w/.-]+\.\w+/g,
    );
    const missing = (files ?? []).filter((file) => !existsSync(path.join(ROOT, file)));
    expect(missing).toEqual([]);
  });

  it('names topics as the topic table has them', () => {
    const templates = Object.values(topics).map(({ template }) => template as string);
    const named = [...read(page).matchAll(/`((?:[a-z]|ddnn)\/\{[^`]+)`/g)].map(([, name]) => name);
    expect(named.filter((name) => !templates.includes(name))).toEqual([]);
  });
});
