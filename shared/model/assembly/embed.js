import { readFileSync, writeFileSync } from 'node:fs';

/*
 * Writes the kernels as a source file, in base64. So Node, a browser and every bundler find them where they find all
 * other code, and need not open a file.
 */

const bytes = readFileSync(new URL('../dist/kernels.wasm', import.meta.url));
const text = bytes.toString('base64').replace(/.{1,110}/g, "  '$&',\n");
const source = `// Written by npm run kernels.
/** The WebAssembly module that \`assembly\` is built to, as base64. */
export const kernelBase64 = [
${text}].join('');
`;
writeFileSync(new URL('../src/kernels/kernel-bytes.ts', import.meta.url), source);
