// Writes the software bill of materials of the ddnn command (CycloneDX, JSON), by npm and package-lock.json alone:
// node .ci/sbom.mjs [FILE]
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LISTED = ['--package-lock-only', '--offline'];
/** What only builds, tests or measures. npm's own `--omit dev` also drops what is needed for something else besides. */
const LEFT_OUT = ['cdx:npm:package:development', 'cdx:npm:package:private'];

const { version } = JSON.parse(readFileSync(path.join(ROOT, 'deploy/cli/package.json'), 'utf8'));
const file = process.argv[2] ?? path.join(ROOT, `ddnn-${version}.cdx.json`);
const command = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', ...LISTED];
const bom = JSON.parse(execFileSync('npm', command, { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 26 }));
bom.components = bom.components.filter(({ properties }) => !properties.some(({ name }) => LEFT_OUT.includes(name)));
const listed = new Set([bom.metadata.component, ...bom.components].map((component) => component['bom-ref']));
bom.dependencies = bom.dependencies
  .filter(({ ref }) => listed.has(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => listed.has(other)) }));
for (const component of [bom.metadata.component, ...bom.components]) {
  // npm names what is in this repository after its folder.
  component.name = decodeURIComponent(component.purl.replace(/^pkg:npm\//, '').replace(/@[^@]*$/, ''));
}
writeFileSync(file, `${JSON.stringify(bom, null, 2)}\n`);
console.log(`${file}: ${bom.components.length} components`);
