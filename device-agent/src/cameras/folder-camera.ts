import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { loadView, type ViewSize } from '@ddnn/images';
import { type Camera, CameraError } from './camera.js';

const PICTURE = /\.(png|jpe?g)$/i;

/** Plays the pictures of a folder in the order of their names, from the start again behind the last. */
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
    let names: string[];
    try {
      names = await readdir(this.#folder);
    } catch (error) {
      throw new CameraError('DDNN_CAMERA_EMPTY', `${this.#folder}: cannot be read: ${(error as Error).message}`);
    }
    this.#files = names.filter((name) => PICTURE.test(name)).sort();
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
