import type { Bundle } from '@ddnn/model';
import type { Logger } from '@ddnn/process';
import { decodeStatus, decodeTraffic } from '@ddnn/protocol';
import type { VerdictStore } from '../store/verdict-store.js';
import type { EdgeName, Roster } from './roster.js';

/** What sites report about themselves (edges, devices, byte counts); it goes to the store as it comes. */
export class SiteReports {
  readonly #epoch: number;
  readonly #bundle: Bundle;
  readonly #store: VerdictStore;
  readonly #roster: Roster;
  readonly #logger: Logger;
  readonly #onChange: (site: string) => void;

  /** @param onChange an edge or a device of that site has connected or disconnected */
  constructor(
    epoch: number,
    parts: { bundle: Bundle; store: VerdictStore; roster: Roster; logger: Logger },
    onChange: (site: string) => void,
  ) {
    this.#epoch = epoch;
    this.#bundle = parts.bundle;
    this.#store = parts.store;
    this.#roster = parts.roster;
    this.#logger = parts.logger;
    this.#onChange = onChange;
  }

  async takeEdgeStatus(edge: EdgeName, frame: Uint8Array): Promise<void> {
    const { state, epoch, views, slotMs, version, bundle } = decodeStatus(frame);
    const id = Buffer.from(bundle).toString('hex');
    this.#roster.setEdge(edge, state, slotMs, { epoch, bundle: id });
    this.#onChange(edge.site);
    if (state !== 'offline' && (epoch !== this.#epoch || id !== this.#bundle.id)) {
      const ours = { epoch: this.#epoch, bundle: this.#bundle.id };
      this.#logger.warn({ ...edge, ours, theirs: { epoch, bundle: id } }, 'an edge has another bundle or epoch');
    }
    await this.#store.putEdge({ ...edge, state, epoch, bundle: id, views, slotMs, version, reportedAt: Date.now() });
  }

  async takeDeviceStatus(edge: EdgeName, device: string, frame: Uint8Array): Promise<void> {
    const { state, view, epoch, views, slotMs, version, bundle } = decodeStatus(frame);
    this.#roster.setDevice(edge, device, state, view);
    this.#onChange(edge.site);
    const id = Buffer.from(bundle).toString('hex');
    const report = { state, view, epoch, bundle: id, views, slotMs, version, reportedAt: Date.now() };
    await this.#store.putDevice({ ...edge, device, ...report });
  }

  async takeTraffic(edge: EdgeName, frame: Uint8Array): Promise<void> {
    await this.#store.putTraffic({ ...edge, ...decodeTraffic(frame), reportedAt: Date.now() });
  }
}
