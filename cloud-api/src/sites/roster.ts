import type { StatusState } from '@ddnn/protocol';
import { CloudError } from '../cloud-error.js';
import type { StoredDevice, StoredEdge } from '../store/verdict-store.js';

/** Which edge of which site. */
export interface EdgeName {
  readonly site: string;
  readonly edge: string;
}

/** Which bundle an edge has in service, and under which epoch. */
export type EdgeService = Pick<StoredEdge, 'epoch' | 'bundle'>;

interface KnownEdge {
  service: EdgeService | undefined;
  slotMs: number;
  online: boolean;
  /** The view of each online device; undefined for a device that is not online. */
  readonly devices: Map<string, number | undefined>;
}

/** The known edges and devices, within bounds; which of them are online; and how an edge counts its slots. */
export class Roster {
  readonly #maxEdges: number;
  readonly #maxDevices: number;
  readonly #sites = new Map<string, Map<string, KnownEdge>>();
  #edges = 0;

  constructor(maxEdges: number, maxDevicesAnEdge: number) {
    this.#maxEdges = maxEdges;
    this.#maxDevices = maxDevicesAnEdge;
  }

  /** Takes over what the store knows from before. Nobody counts as online before it says so. */
  restore(edges: readonly StoredEdge[], devices: readonly StoredDevice[]): void {
    for (const edge of edges) {
      const known = this.#edge(edge);
      known.slotMs = edge.slotMs;
      known.service = { epoch: edge.epoch, bundle: edge.bundle };
    }
    for (const device of devices) this.#edge(device).devices.set(device.device, undefined);
  }

  /** Notes an edge; false: there are too many. */
  admit(name: EdgeName): boolean {
    if (!this.#known(name) && this.#edges >= this.#maxEdges) return false;
    this.#edge(name);
    return true;
  }

  /** Notes what an edge said of itself. */
  setEdge(name: EdgeName, state: StatusState, slotMs: number, service: EdgeService): void {
    const edge = this.#edge(name);
    edge.service = service;
    edge.slotMs = slotMs;
    edge.online = state === 'online';
  }

  /** What an edge has in service; undefined where it has not said. */
  service(name: EdgeName): EdgeService | undefined {
    return this.#known(name)?.service;
  }

  /** Milliseconds between two slots; 0: slots only count, or the edge has not said. */
  slotMs(name: EdgeName): number {
    return this.#known(name)?.slotMs ?? 0;
  }

  /** Notes what a device said of itself. Throws `DDNN_CLOUD_DEVICES` beyond the bound. */
  setDevice(name: EdgeName, device: string, state: StatusState, view: number): void {
    const { devices } = this.#edge(name);
    if (!this.hasRoomFor(name, device)) {
      const where = `${name.site}/${name.edge}`;
      throw new CloudError('DDNN_CLOUD_DEVICES', `${where} reports more than ${this.#maxDevices} devices`);
    }
    devices.set(device, state === 'online' ? view : undefined);
  }

  /** Whether a device of a known edge is known or there is room for it; without a device: whether the edge is known. */
  hasRoomFor(name: EdgeName, device: string | undefined): boolean {
    const edge = this.#known(name);
    if (!edge || device === undefined) return edge !== undefined;
    return edge.devices.has(device) || edge.devices.size < this.#maxDevices;
  }

  /** The edges of a site that are online. */
  onlineEdges(site: string): string[] {
    return [...(this.#sites.get(site) ?? [])].flatMap(([edge, { online }]) => (online ? [edge] : []));
  }

  /** The edges of a site that are online and have an online device: each of them will report on every sample. */
  liveEdges(site: string): string[] {
    return this.onlineEdges(site).filter((edge) => this.liveViews({ site, edge }).length > 0);
  }

  /** The views of an edge's online devices; none if the edge itself is not online. */
  liveViews(name: EdgeName): number[] {
    const edge = this.#known(name);
    return edge?.online ? [...edge.devices.values()].filter((view) => view !== undefined) : [];
  }

  #known({ site, edge }: EdgeName): KnownEdge | undefined {
    return this.#sites.get(site)?.get(edge);
  }

  #edge({ site, edge: name }: EdgeName): KnownEdge {
    const edges = this.#sites.get(site) ?? new Map<string, KnownEdge>();
    this.#sites.set(site, edges);
    let edge = edges.get(name);
    if (!edge) {
      edge = { service: undefined, slotMs: 0, online: false, devices: new Map() };
      edges.set(name, edge);
      this.#edges++;
    }
    return edge;
  }
}
