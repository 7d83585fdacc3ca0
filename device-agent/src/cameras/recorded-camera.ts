import { loadManifest, loadView, type Manifest, type ViewSize, viewFile } from '@ddnn/images';
import { type Camera, CameraError } from './camera.js';

/** Which recorded pictures. */
export interface RecordedCameraOptions {
  readonly manifest: string;
  readonly view: number;
  readonly split?: string | undefined;
  readonly splitColumn?: string | undefined;
}

/** Plays one view of a manifest: slot n is row n, from the start again behind the last. */
export class RecordedCamera implements Camera {
  readonly name: string;
  readonly #options: RecordedCameraOptions;
  readonly #size: ViewSize;
  #manifest: Manifest | undefined;

  constructor(options: RecordedCameraOptions, size: ViewSize) {
    this.name = `view ${options.view} of ${options.manifest}`;
    this.#options = options;
    this.#size = size;
  }

  async start(): Promise<void> {
    const { manifest, view, split, splitColumn } = this.#options;
    // Only this view's own files matter here, and each is checked when its slot comes.
    this.#manifest = await loadManifest(manifest, { split, splitColumn, checkFiles: false });
    if (view >= this.#manifest.views) {
      throw new CameraError(
        'DDNN_CAMERA_VIEW',
        `${manifest} has views 0 to ${this.#manifest.views - 1}, not view ${view}`,
      );
    }
  }

  async capture(slot: number): Promise<Uint8Array | null> {
    const manifest = this.#manifest!;
    const row = manifest.rows[slot % manifest.rows.length];
    const file = viewFile(manifest, row, this.#options.view);
    return file === null ? null : loadView(file, this.#size);
  }

  async stop(): Promise<void> {
    this.#manifest = undefined;
  }
}
