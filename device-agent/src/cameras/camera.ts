import { CodedError } from '@ddnn/process';

/** A source of pictures: one per slot, already cropped to the object and of the bundle's input size. */
export interface Camera {
  /** What it shows, for people. */
  readonly name: string;
  start(): Promise<void>;
  /** The picture of a slot, HWC bytes; null: the camera does not see the object (absent view). */
  capture(slot: number): Promise<Uint8Array | null>;
  stop(): Promise<void>;
}

/** A camera that can't be used. Always the user's input. */
export class CameraError extends CodedError<'DDNN_CAMERA_VIEW' | 'DDNN_CAMERA_EMPTY' | 'DDNN_CAMERA_SIZE'> {
  override readonly name = 'CameraError';
  readonly userFault = true;
}
