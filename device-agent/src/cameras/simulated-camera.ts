import type { ViewSize } from '@ddnn/images';
import { Street } from '@ddnn/street';
import { type Camera, CameraError } from './camera.js';

/** One of the cameras around the simulated crossing: all agents with the same seed see the same scene. */
export class SimulatedCamera implements Camera {
  readonly name: string;
  readonly #view: number;
  readonly #street: Street;

  constructor(seed: number, view: number, size: ViewSize) {
    if (size.width !== size.height || size.channels !== 3) {
      const asked = `${size.width}x${size.height}x${size.channels}`;
      throw new CameraError(
        'DDNN_CAMERA_SIZE',
        `the simulated street draws square RGB pictures, the bundle takes ${asked}`,
      );
    }
    this.name = `camera ${view} of the simulated street ${seed}`;
    this.#view = view;
    this.#street = new Street({ seed, size: size.width });
  }

  async start(): Promise<void> {}

  async capture(slot: number): Promise<Uint8Array | null> {
    return this.#street.render(slot, this.#view);
  }

  async stop(): Promise<void> {}
}
