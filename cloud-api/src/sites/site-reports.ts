import type { Bundle } from '@ddnn/model';
import type { Logger } from '@ddnn/process';
import { decodeStatus, decodeTraffic } from '@ddnn/protocol';
import type { VerdictStore } from '../store/verdict-store.js';
import type { EdgeName, Roster } from './roster.js';

interface SiteReportParts {
  readonly bundle: Bundle;
  readonly store: VerdictStore;
  readonly roster: Roster;
  readonly logger: Logger;
}

/** What sites report about themselves (edges, devices, byte counts); it goes to the store as it comes. */
export class SiteReports {
  readonly #epoch: number;
  readonly #parts: SiteReportParts;
  readonly #onChange: (site: string) => void;

  /** @param onChange an edge or a device of that site has connected or disconnected */
  constructor(epoch: number, parts: SiteReportParts, onChange: (site: string) => void) {
    this.#epoch = epoch;
    this.#parts = parts;
    this.#onChange = onChange;
  }

  async takeEdgeStatus(edge: EdgeName, frame: Uint8Array): Promise<void> {
    const { state, epoch, views, slotMs, version, bundle } = decodeStatus(frame);
    const id = Buffer.from(bundle).toString('hex');
    this.#parts.roster.setEdge(edge, state, slotMs, { epoch, bundle: id });
    this.#onChange(edge.site);
    if (state !== 'offline' && (epoch !== this.#epoch || id !== this.#parts.bundle.id)) {
      const ours = { epoch: this.#epoch, bundle: this.#parts.bundle.id };
      this.#parts.logger.warn({ ...edge, ours, theirs: { epoch, bundle: id } }, 'an edge has another bundle or epoch');
    }
    await this.#parts.store.putEdge({
      ...edge,
      state,
      epoch,
      bundle: id,
      views,
      slotMs,
      version,
      reportedAt: Date.now(),
    });
  }

  async takeDeviceStatus(edge: EdgeName, device: string, frame: Uint8Array): Promise<void> {
    const { state, view, epoch, views, slotMs, version, bundle } = decodeStatus(frame);
    this.#parts.roster.setDevice(edge, device, state, view);
    this.#onChange(edge.site);
    const id = Buffer.from(bundle).toString('hex');
    const report = { state, view, epoch, bundle: id, views, slotMs, version, reportedAt: Date.now() };
    await this.#parts.store.putDevice({ ...edge, device, ...report });
  }

  async takeTraffic(edge: EdgeName, frame: Uint8Array): Promise<void> {
    await this.#parts.store.putTraffic({ ...edge, ...decodeTraffic(frame), reportedAt: Date.now() });
  }
}
