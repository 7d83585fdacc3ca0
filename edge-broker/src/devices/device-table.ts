import { timingSafeEqual } from 'node:crypto';
import type { Status } from '@ddnn/protocol';
import { EdgeError } from '../edge-error.js';
import { DeviceAccess } from './device-access.js';

/** One device of this edge and what it last said of itself. */
export interface Device {
  readonly name: string;
  readonly view: number;
  readonly token: string | undefined;
  readonly access: DeviceAccess;
  status: (Status & { readonly epoch: number }) | undefined;
}

/** Which devices may connect, as which views, and which are online. */
export class DeviceTable {
  readonly devices: readonly Device[];
  readonly #byName: ReadonlyMap<string, Device>;

  /** @param group the views that this edge serves, where they are not all. Throws `DDNN_EDGE_DEVICES` */
  constructor(
    devices: readonly { device: string; view: number; token?: string }[] | undefined,
    views: number,
    group: readonly number[] = Array.from({ length: views }, (_, view) => view),
  ) {
    const listed = devices ?? group.map((view) => ({ device: String(view), view }));
    this.devices = listed.map(({ device, view, token }: { device: string; view: number; token?: string }) => ({
      name: device,
      view,
      token,
      access: new DeviceAccess(device),
      status: undefined,
    }));
    this.#byName = new Map(this.devices.map((device) => [device.name, device]));
    const seen = new Set(this.devices.map(({ view }) => view));
    const foreign = [...seen].some((view) => !group.includes(view));
    if (this.#byName.size !== listed.length || seen.size !== listed.length || foreign) {
      const bound = group.length < views ? `among ${group.join(', ')}` : `below ${views}`;
      throw new EdgeError('DDNN_EDGE_DEVICES', `devices: names and views must differ, and views be ${bound}`);
    }
  }

  /** Whether a device has that name. */
  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** The device of those credentials, or undefined. */
  admit(name: string | undefined, password: Uint8Array | undefined): Device | undefined {
    const device = this.#byName.get(name ?? '');
    if (!device?.token) return device;
    const expected = Buffer.from(device.token);
    const given = password ?? new Uint8Array();
    return given.length === expected.length && timingSafeEqual(given, expected) ? device : undefined;
  }

  /** The device of a view. */
  ofView(view: number): Device | undefined {
    return this.devices.find((device) => device.view === view);
  }
}
