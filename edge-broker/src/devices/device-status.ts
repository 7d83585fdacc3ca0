import type { Bundle } from '@ddnn/model';
import type { Logger } from '@ddnn/process';
import { decodeStatus } from '@ddnn/protocol';
import { EdgeError } from '../edge-error.js';
import type { SamplePath } from '../samples/sample-path.js';
import type { Device } from './device-table.js';

/** What a device's status has an effect on. */
export interface StatusDeps {
  readonly bundle: Bundle;
  readonly path: SamplePath;
  readonly logger: Logger;
  /** A device's status changed; `frame` is as it came. */
  readonly onDeviceStatus: (device: Device, frame: Uint8Array) => void;
}

/**
 * Takes a device's status. A device with another bundle, or another view than configured, is *unfit*. Throws
 * `FrameError`.
 */
export function takeStatus(device: Device, frame: Uint8Array, { bundle, path, logger, onDeviceStatus }: StatusDeps) {
  const status = decodeStatus(frame);
  const fits = status.view === device.view && status.bundle.every((byte, i) => byte === bundle.hash[i]);
  device.status = status.state === 'online' && !fits ? { ...status, state: 'unfit' } : status;
  if (status.state !== 'offline' && status.view !== device.view) {
    const views = `runs as view ${status.view}, this edge knows it as view ${device.view}`;
    const { code, message } = new EdgeError('DDNN_EDGE_VIEW', `device ${device.name} ${views}`);
    logger.error({ code, device: device.name }, message);
  }
  path.setLive(device.view, device.status.state === 'online');
  logger.info({ device: device.name, view: device.view, state: device.status.state }, 'device status');
  onDeviceStatus(device, frame);
}
