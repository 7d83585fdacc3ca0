import { CloudError } from './cloud-error.js';
import type { StoredDevice, StoredEdge } from './store/verdict-store.js';

/** Which edge of which site. */
export interface EdgeName {
  readonly site: string;
  readonly edge: string;
}

/** The edges and devices that are known, within bounds, and how an edge counts its slots. */
export class Roster {
  readonly #maxEdges: number;
  readonly #maxDevices: number;
  readonly #edges = new Map<string, { slotMs: number; readonly devices: Set<string> }>();

  constructor(maxEdges: number, maxDevicesAnEdge: number) {
    this.#maxEdges = maxEdges;
    this.#maxDevices = maxDevicesAnEdge;
  }

  /** Takes over what the store knows from before. */
  restore(edges: readonly StoredEdge[], devices: readonly StoredDevice[]): void {
    for (const edge of edges) this.#edge(edge).slotMs = edge.slotMs;
    for (const device of devices) this.#edge(device).devices.add(device.device);
  }

  /** Notes an edge; false where that would be one too many. */
  admit(name: EdgeName): boolean {
    if (!this.#edges.has(key(name)) && this.#edges.size >= this.#maxEdges) return false;
    this.#edge(name);
    return true;
  }

  /** Notes what an edge said of its slots. */
  setSlotMs(name: EdgeName, slotMs: number): void {
    this.#edge(name).slotMs = slotMs;
  }

  /** Milliseconds between two slots; 0 where they merely count, or the edge has not said. */
  slotMs(name: EdgeName): number {
    return this.#edges.get(key(name))?.slotMs ?? 0;
  }

  /** Notes a device. Throws `DDNN_CLOUD_DEVICES` beyond the bound. */
  addDevice(name: EdgeName, device: string): void {
    const { devices } = this.#edge(name);
    if (!devices.has(device) && devices.size >= this.#maxDevices) {
      const where = `${name.site}/${name.edge}`;
      throw new CloudError('DDNN_CLOUD_DEVICES', `${where} reports more than ${this.#maxDevices} devices`);
    }
    devices.add(device);
  }

  #edge(name: EdgeName) {
    let edge = this.#edges.get(key(name));
    if (!edge) {
      edge = { slotMs: 0, devices: new Set() };
      this.#edges.set(key(name), edge);
    }
    return edge;
  }
}

function key({ site, edge }: EdgeName): string {
  return `${site}/${edge}`;
}
