import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from './ddnn.js';

interface Component {
  readonly 'bom-ref': string;
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses?: readonly { readonly license?: { id?: string; name?: string }; readonly expression?: string }[];
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
}

interface Bom {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly serialNumber: string;
  readonly version: number;
  readonly metadata: { readonly timestamp: string; readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

interface Locked {
  readonly version: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
}

const json = (file: string) => JSON.parse(readFileSync(path.join(ROOT, file), 'utf8'));
const isOurs = ({ name }: Component) => name.startsWith('@ddnn/') || name === 'ddnn';
const rooms = (json('package.json').workspaces as string[]).map((room) => json(`${room}/package.json`));
const published = rooms.filter((manifest) => !manifest.private);

let folder: string;
let bom: Bom;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ddnn-sbom-'));
  const file = path.join(folder, 'bom.json');
  // A registry that nobody can reach: the lock file says it all.
  const env = { ...process.env, npm_config_registry: 'http://127.0.0.1:9' };
  await promisify(execFile)('npm', ['run', '-s', 'sbom', '--', file], { cwd: ROOT, env });
  bom = JSON.parse(await readFile(file, 'utf8'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('The bill of materials', () => {
  it('has the shape of CycloneDX', () => {
    expect(bom).toMatchObject({
      bomFormat: 'CycloneDX',
      version: 1,
      metadata: { component: { name: 'ddnn-workspace' } },
    });
    expect(bom.specVersion).toMatch(/^1\.[5-9]$/);
    expect(bom.serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(Number.isNaN(Date.parse(bom.metadata.timestamp))).toBe(false);
    const refs = [bom.metadata.component, ...bom.components].map((component) => component['bom-ref']);
    expect(new Set(refs).size).toBe(refs.length);
    const named = bom.dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]);
    expect(named.filter((ref) => !refs.includes(ref))).toEqual([]);
    expect(bom.dependencies.length).toBe(refs.length);
  });

  it('gives version, licence and address of every component, and a hash of what comes from outside', () => {
    const bad = bom.components.filter(({ type, name, version, purl, licenses, hashes, ...component }) => {
      const licensed = licenses?.some(({ license, expression }) => license?.id ?? license?.name ?? expression);
      const hashed = hashes?.some(({ alg, content }) => alg === 'SHA-512' && /^[0-9a-f]{128}$/.test(content));
      const address = `pkg:npm/${name.replace('@', '%40')}@${version}`;
      const ours = isOurs({ type, name, version, purl, ...component });
      return (
        type !== 'library' || !/^\d+\.\d+\.\d+/.test(version) || purl !== address || !licensed || !(ours || hashed)
      );
    });
    expect(bad).toEqual([]);
  });

  it('names every dependency of every published room, with the version and hash of the lock file', () => {
    const { packages } = json('package-lock.json') as { packages: Record<string, Locked> };
    const needed = published.flatMap(({ dependencies, optionalDependencies }) =>
      Object.entries<string>({ ...dependencies, ...optionalDependencies }),
    );
    expect(needed.length).toBeGreaterThan(50);
    for (const [name, version] of needed) {
      const found = bom.components.find((component) => component.name === name && component.version === version);
      expect(found, `${name}@${version}`).toBeDefined();
      const { integrity } = packages[`node_modules/${name}`];
      if (!isOurs(found!))
        expect(integrity).toBe(`sha512-${Buffer.from(found!.hashes![0].content, 'hex').toString('base64')}`);
    }
  });

  it('names all that these need in turn, and nothing that only builds, tests or measures', () => {
    const { packages } = json('package-lock.json') as { packages: Record<string, Locked> };
    const listed = new Set(
      bom.components.filter((component) => !isOurs(component)).map((component) => component['bom-ref']),
    );
    const locked = Object.entries(packages).filter(
      ([place, { dev, link }]) => place.includes('node_modules/') && !link && !dev,
    );
    const expected = new Set(
      locked.map(([place, { version }]) => `${place.slice(place.lastIndexOf('node_modules/') + 13)}@${version}`),
    );
    expect([...listed].filter((ref) => !expected.has(ref))).toEqual([]);
    expect([...expected].filter((ref) => !listed.has(ref))).toEqual([]);
    expect(
      bom.components
        .filter(isOurs)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(published.map(({ name }) => name).sort());
  });
});
