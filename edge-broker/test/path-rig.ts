import { type Bundle, DeviceTier, edgeGroup, openBundle, uplinkSizes } from '@ddnn/model';
import { randomBundle } from '@ddnn/model/testing';
import { decodeUplinkFeatures, type UplinkSample, type Verdict } from '@ddnn/protocol';
import type { OutboxOptions } from '../src/outbox/outbox-terms.js';
import { SamplePath } from '../src/samples/sample-path.js';
import { architecture, EPOCH, edgeConfig, openOutbox, VIEWS } from './tiny-site.js';

export const PIXELS = 8 * 8 * 3;
const pixels = (slot: number, view: number) =>
  Uint8Array.from({ length: PIXELS }, (_, i) => ((i + 1) * (slot + 7) * (view + 3) * 2654435761) >>> 24);

/** What the devices of a bundle compute for a slot: made up pictures through the real device section. */
export class Devices {
  readonly #tiers: DeviceTier[];

  constructor(bundle: Bundle) {
    this.#tiers = Array.from({ length: VIEWS }, (_, view) => new DeviceTier(bundle, view));
  }

  scores(slot: number, view: number): Uint8Array {
    this.#tiers[view].run(pixels(slot, view));
    return Uint8Array.from(this.#tiers[view].scores);
  }

  features(slot: number, view: number): Uint8Array {
    this.#tiers[view].run(pixels(slot, view));
    return this.#tiers[view].features.slice();
  }
}

export interface RigOptions {
  readonly of?: typeof architecture;
  /** 0: nearly everything is uncertain; 1: nothing is. */
  readonly local?: number;
  readonly edge?: number;
  /** Which edge of the bundle. */
  readonly group?: number;
  readonly folder?: string;
  readonly epoch?: number;
  readonly outbox?: Partial<OutboxOptions>;
  /** Samples that may wait at once. */
  readonly samples?: number;
}

/** A sample path on a real outbox, with devices and cloud in the hands of the test. */
export async function pathRig({
  of = architecture,
  local = 0,
  edge,
  group,
  folder,
  epoch = EPOCH,
  outbox: bounds,
  samples,
}: RigOptions = {}) {
  const bundle = openBundle(randomBundle(of, 1));
  const config = edgeConfig(
    {
      epoch,
      localThreshold: local,
      ...(edge === undefined ? {} : { edgeThreshold: edge }),
      ...(group === undefined ? {} : { group }),
      ...(samples === undefined ? {} : { 'window.samples': samples }),
    },
    of,
  );
  const opened = await openOutbox({ ...bounds, ...(folder ? { folder } : {}) });
  const devices = new Devices(bundle);
  const rig = {
    ...opened,
    bundle,
    config,
    devices,
    reachable: true,
    live: new Set([0, 1, 2]),
    verdicts: [] as Verdict[],
    epochs: [] as (number | undefined)[],
    requests: [] as [number, number][],
    uplinks: 0,
    crowded: [] as string[],
    errors: [] as unknown[],
    /** Offers the summary of one view. */
    summary: (slot: number, view: number, present = true) =>
      path.offerSummary(slot, view, present, devices.scores(slot, view), 0),
    /** The cloud says something: true, it is the answer. */
    cloudSays: (verdict: Verdict) => {
      const live = path.answered(verdict.slot);
      if (live) rig.verdicts.push(verdict);
      return live;
    },
    /** Closes what is open, and has everything on disk. */
    async drain() {
      await path.drain();
      await Promise.all(closings);
    },
    /** Offers the features of one view, as that device would answer. */
    features: (slot: number, view: number) => path.offerFeatures(slot, view, devices.features(slot, view)),
    die: (view: number) => {
      rig.live.delete(view);
      path.setLive(view, false);
    },
    /** The samples that stand in the outbox. */
    async stored(): Promise<UplinkSample[]> {
      const samples: UplinkSample[] = [];
      for (const entry of opened.outbox.entries()) {
        if (entry.kind !== 'features') continue;
        const frame = (await opened.outbox.read(entry))!;
        samples.push(...decodeUplinkFeatures(frame, epoch, sizes, 10));
      }
      return samples;
    },
  };
  const sizes = uplinkSizes(bundle);
  const closings: Promise<unknown>[] = [];
  const path = new SamplePath({
    bundle,
    config,
    outbox: opened.outbox,
    isLive: (view) => rig.live.has(view),
    cloudReachable: () => rig.reachable,
    requestFeatures: (view, slot) => void rig.requests.push([view, slot]),
    onUplink: () => {
      rig.uplinks++;
    },
    onCrowded: (waitedFor) => void rig.crowded.push(waitedFor),
    onVerdict: (verdict, closing, epoch) => {
      rig.verdicts.push(verdict);
      rig.epochs.push(epoch);
      if (!closing) return;
      const written = opened.outbox.putRecords([], undefined, [closing]).catch((error) => rig.errors.push(error));
      closings.push(written);
    },
    onError: (_, error) => void rig.errors.push(error),
  });
  const { outbox } = opened;
  path.resume({ entries: [...outbox.entries()], interrupted: await outbox.interrupted() });
  for (const view of edgeGroup(bundle.architecture, group ?? 0)) path.setLive(view, true);
  return Object.assign(rig, { path });
}

export type Rig = Awaited<ReturnType<typeof pathRig>>;
