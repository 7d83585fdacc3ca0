import path from 'node:path';
import { loadManifest, viewFile } from './manifest.js';
import { MNIST_PREFIX, mnistFiles } from './mnist6.js';

/**
 * Every file that recorded samples are read from, by the name that `openRecording` takes. For a manifest: the file
 * itself and its pictures, of all splits. Faults in them are not reported here.
 */
export async function recordedFiles(name: string): Promise<string[]> {
  if (name.startsWith(MNIST_PREFIX)) return mnistFiles(name.slice(MNIST_PREFIX.length));
  if (/\.npz$/i.test(name)) return [name];
  // Opening it will report what is wrong with it.
  const manifest = await loadManifest(name, { checkFiles: false, onBadRow: () => {} }).catch(() => undefined);
  const pictures = manifest?.rows.flatMap((row) => row.views.map((_, view) => viewFile(manifest, row, view))) ?? [];
  return [name, ...pictures.filter((file) => file !== null)].map((file) => path.resolve(file));
}
