import { openManifest } from './manifest-recording.js';
import { MNIST_PREFIX, openMnist6 } from './mnist6.js';
import { openMvmc } from './mvmc.js';
import type { Recording, RecordingOptions } from './recording.js';

/**
 * Opens recorded samples by their name: `mnist6:FOLDER` is MNIST divided over six devices, `FILE.npz` is the DDNN
 * authors' multi-view layout, anything else is a manifest.
 *
 * @throws ManifestError or RecordingError
 */
export function openRecording(name: string, options: RecordingOptions = {}): Promise<Recording> {
  if (name.startsWith(MNIST_PREFIX)) return openMnist6(name.slice(MNIST_PREFIX.length), options);
  if (/\.npz$/i.test(name)) return openMvmc(name, options);
  return openManifest(name, options);
}
