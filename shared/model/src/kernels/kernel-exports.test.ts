import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { KernelMemory } from './kernel-memory.js';

const SOURCES = path.join(import.meta.dirname, '..');
const product = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !/\.test\.ts$|kernel-bytes\.ts$/.test(file))
  .map((file) => readFileSync(path.join(SOURCES, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, ''))
  .join('\n');

it('The WebAssembly that agents load exports only kernels that the sections call', () => {
  const names = Object.keys(new KernelMemory().kernels);
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(product))).toEqual([]);
});
