import { decodeStatus, FrameError, NO_VIEW, type ParsedTopic, type Status, type TopicNames } from '@ddnn/protocol';

/** Statuses, and views of devices, that are kept; beyond it the oldest is forgotten. */
const MAX_KNOWN = 10_000;

/**
 * What the status frames have told so far. Sample lists have bodies without lengths. The sizes are in the bundle, which
 * a viewer does not have; it learns them here, for each edge and epoch.
 */
export class WatchContext {
  readonly #statuses = new Map<string, Status>();
  readonly #views = new Map<string, number>();
  #epoch: number | undefined;

  /** Takes a message of any topic of ours; only status topics teach something, and a damaged status teaches nothing. */
  learn({ which, names }: ParsedTopic, payload: Uint8Array): void {
    if (which !== 'edgeStatus' && which !== 'deviceStatus' && which !== 'uplinkStatus') return;
    // An empty payload is how a retained status is taken off a broker (MQTT 3.1.1, 3.3.1.3).
    if (payload.length === 0) return;
    try {
      const status = decodeStatus(payload);
      keep(this.#statuses, key(names, status.epoch), status);
      if (which === 'edgeStatus') this.#epoch = status.epoch;
      if (which === 'deviceStatus' && status.view !== NO_VIEW) keep(this.#views, names.device!, status.view);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
    }
  }

  /**
   * The epoch in service at an edge broker: it refuses device frames of any other. Undefined before its status came.
   */
  get epochInService(): number | undefined {
    return this.#epoch;
  }

  /** Sizes for frames of `epoch`: as the edge says, or, before it did, as the device itself says. */
  sizes({ site, edge, device }: TopicNames, epoch: number): Status | undefined {
    return this.#statuses.get(key({ site, edge }, epoch)) ?? this.#statuses.get(key({ site, edge, device }, epoch));
  }

  /** The view that a device is. */
  viewOf(device: string): number | undefined {
    return this.#views.get(device);
  }
}

function key({ site = '', edge = '', device = '' }: TopicNames, epoch: number): string {
  return `${site}/${edge}/${device}/${epoch}`;
}

function keep<T>(map: Map<string, T>, name: string, value: T): void {
  if (map.size >= MAX_KNOWN && !map.has(name)) {
    const [oldest] = map.keys();
    map.delete(oldest);
  }
  map.set(name, value);
}
