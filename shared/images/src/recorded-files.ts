import path from 'node:path';
import { loadManifest, viewFile } from './manifest.js';
import { MNIST_PREFIX, mnistFiles } from './mnist6.js';

/**
 * Every file that recorded samples are read from, by the name that `openRecording` takes: of a manifest itself and its
 * pictures, whatever their split. What is wrong with them is not told here.
 */
export async function recordedFiles(name: string): Promise<string[]> {
  if (name.startsWith(MNIST_PREFIX)) return mnistFiles(name.slice(MNIST_PREFIX.length));
  if (/\.npz$/i.test(name)) return [name];
  // Opening it says what is wrong with it.
  const manifest = await loadManifest(name, { checkFiles: false, onBadRow: () => {} }).catch(() => undefined);
  const pictures = manifest?.rows.flatMap((row) => row.views.map((_, view) => viewFile(manifest, row, view))) ?? [];
  return [name, ...pictures.filter((file) => file !== null)].map((file) => path.resolve(file));
}
