import type { Traffic } from '@ddnn/protocol';
import type { EdgeMetrics } from '../metrics.js';
import { LinkMeter } from './link-meter.js';

/** A device, by its name and its view of the site. */
interface LinkedDevice {
  readonly name: string;
  readonly view: number;
}

/** The traffic on the links of an edge: its uplink, and one link for each device. */
export class SiteTraffic {
  readonly uplink = new LinkMeter();
  /** By view of the site. */
  readonly devices: readonly LinkMeter[];
  /** Bytes of closed sockets, by view. */
  readonly #gone: number[];

  /** @param views of the site */
  constructor(views: number) {
    this.devices = Array.from({ length: views }, () => new LinkMeter());
    this.#gone = new Array(views).fill(0);
  }

  /** A device's connection has closed. */
  addGone({ view }: LinkedDevice, bytes: number): void {
    this.#gone[view] += bytes;
  }

  /**
   * Reads every meter, shows it in the metrics, and returns what the cloud is told. `open` reads the sockets that are
   * open.
   */
  report<Device extends LinkedDevice>(
    samples: number,
    devices: readonly Device[],
    open: { uplink: number; device: (device: Device) => number },
    metrics: EdgeMetrics,
  ): Traffic {
    const uplink = this.uplink.read(open.uplink);
    const links = devices.map((device) => {
      const { view, name } = device;
      return { view, name, ...this.devices[view].read(this.#gone[view] + open.device(device)) };
    });
    for (const { name, ...link } of [{ ...uplink, name: 'uplink' }, ...links]) {
      for (const kind of ['payloadUp', 'wireUp', 'wireDown', 'session'] as const)
        metrics.linkBytes.set({ link: name, kind }, link[kind]);
    }
    return { samples, uplink, devices: links };
  }
}
