import { openRecording, type Recording, type ViewSize } from '@ddnn/images';
import { type Camera, CameraError } from './camera.js';

/** Which recorded pictures. */
export interface RecordedCameraOptions {
  readonly manifest: string;
  readonly view: number;
  readonly split?: string | undefined;
  readonly splitColumn?: string | undefined;
}

/** Plays one view of recorded samples: slot n shows row n; after the last row it starts again. */
export class RecordedCamera implements Camera {
  readonly name: string;
  readonly #options: RecordedCameraOptions;
  readonly #size: ViewSize;
  #recording: Recording | undefined;

  constructor(options: RecordedCameraOptions, size: ViewSize) {
    this.name = `view ${options.view} of ${options.manifest}`;
    this.#options = options;
    this.#size = size;
  }

  async start(): Promise<void> {
    const { manifest, view, split, splitColumn } = this.#options;
    // Only this view's own files matter here, and each is checked when its slot comes.
    this.#recording = await openRecording(manifest, { split, splitColumn, checkFiles: false });
    if (view >= this.#recording.views) {
      throw new CameraError(
        'DDNN_CAMERA_VIEW',
        `${manifest} has views 0 to ${this.#recording.views - 1}, not view ${view}`,
      );
    }
  }

  async capture(slot: number): Promise<Uint8Array | null> {
    const recording = this.#recording!;
    const read = await recording.read(slot % recording.rows.length, this.#options.view, this.#size);
    return read?.pixels ?? null;
  }

  async stop(): Promise<void> {
    this.#recording = undefined;
  }
}
