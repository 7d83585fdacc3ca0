import type { ViewSize } from '@ddnn/images';
import type { AgentConfig } from '../config.js';
import type { Camera } from './camera.js';
import { FolderCamera } from './folder-camera.js';
import { RecordedCamera } from './recorded-camera.js';
import { SimulatedCamera } from './simulated-camera.js';

/** The camera that the configuration names. */
export function createCamera({ camera, view }: AgentConfig, size: ViewSize): Camera {
  switch (camera.kind) {
    case 'recorded':
      return new RecordedCamera({ ...camera, view: camera.view ?? view }, size);
    case 'folder':
      return new FolderCamera(camera.folder, size);
    case 'simulated':
      return new SimulatedCamera(camera.seed, view, size);
  }
}
