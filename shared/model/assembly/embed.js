import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/*
 * Writes the kernels as a source file, in base64. So Node, a browser and every bundler find them where they find all
 * other code, and need not open a file. It also holds the types of the exported functions, read from their sources: all
 * parameters are numbers, addresses or counts.
 */

const here = new URL('.', import.meta.url);
const bytes = readFileSync(new URL('../dist/kernels.wasm', here));
const text = bytes.toString('base64').replace(/.{1,110}/g, "  '$&',\n");

const sources = readdirSync(here).filter((name) => name.endsWith('.ts'));
const code = sources.map((name) => readFileSync(new URL(name, here), 'utf8')).join('\n');
const declared = [...code.matchAll(/^export function (\w+)\(([^)]*)\): (\w+)/gm)];
const exported = WebAssembly.Module.exports(new WebAssembly.Module(bytes)).map(({ name }) => name);
const kernels = declared
  .filter(([, name]) => exported.includes(name))
  .map(([, name, parameters, result]) => {
    const names = [...parameters.matchAll(/(\w+): \w+/g)].map(([, parameter]) => `${parameter}: number`);
    return `  ${name}(${names.join(', ')}): ${result === 'void' ? 'void' : 'number'};\n`;
  });
const [, block] = /^class Block {\n(.*?)^}/ms.exec(code);
const fields = [...block.matchAll(/^ {2}(\w+): \w+;/gm)].map(([, field]) => `'${field}'`);

const source = `// Written by npm run kernels.
/** The WebAssembly module that \`assembly\` is built to, as base64. */
export const kernelBase64 = [
${text}].join('');

/** The kernels' functions: they get addresses and counts, and write their results to memory. Some return a count. */
export interface Kernels {
${kernels.join('')}}

/** The fields of a \`Block\` of \`assembly/convp.ts\` in their order, each 32 bits. */
export const blockFields = [${fields.join(', ')}] as const;
`;
writeFileSync(new URL('../src/kernels/kernel-bytes.ts', here), source);
