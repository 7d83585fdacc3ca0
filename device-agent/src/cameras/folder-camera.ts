import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { inNameOrder, isPictureName, loadView, type ViewSize } from '@ddnn/images';
import { type Camera, CameraError } from './camera.js';

/**
 * Plays the pictures of a folder, sorted by name and number as `ddnn data init` does; after the last one it starts
 * again. Names that begin with a dot are skipped.
 */
export class FolderCamera implements Camera {
  readonly name: string;
  readonly #folder: string;
  readonly #size: ViewSize;
  #files: string[] = [];

  constructor(folder: string, size: ViewSize) {
    this.name = `pictures of ${folder}`;
    this.#folder = folder;
    this.#size = size;
  }

  async start(): Promise<void> {
    try {
      const names = (await readdir(this.#folder)).filter(isPictureName).sort(inNameOrder);
      const files = await Promise.all(names.map((name) => stat(path.join(this.#folder, name))));
      this.#files = names.filter((_, i) => files[i].isFile());
    } catch (error) {
      throw new CameraError('DDNN_CAMERA_EMPTY', `${this.#folder}: cannot be read: ${(error as Error).message}`);
    }
    if (this.#files.length === 0)
      throw new CameraError('DDNN_CAMERA_EMPTY', `${this.#folder} holds no PNG or JPEG file`);
  }

  async capture(slot: number): Promise<Uint8Array | null> {
    return loadView(path.join(this.#folder, this.#files[slot % this.#files.length]), this.#size);
  }

  async stop(): Promise<void> {
    this.#files = [];
  }
}
