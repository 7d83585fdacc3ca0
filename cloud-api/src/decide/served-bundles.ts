import { type Bundle, edgeGroups, openBundle, parsePublicKey, uplinkSizes } from '@ddnn/model';
import { type Logger, readBundleKeys, readSettingFile } from '@ddnn/process';
import type { UplinkSample, UplinkSizes } from '@ddnn/protocol';
import { CloudError } from '../cloud-error.js';
import type { CloudConfig } from '../config.js';
import type { EdgeName, EdgeService } from '../sites/roster.js';
import { type CloudAnswer, CloudExit } from './cloud-exit.js';
import { SiteJoin, type SiteJoinParts } from './site-join.js';

/** A bundle, and its epoch. */
export interface EpochBundle {
  readonly epoch: number;
  readonly bundle: Bundle;
}

/** Decides the samples of sites with one edge, or with several. */
interface Decider {
  /** Returns the answer, or the reason for a refusal, or nothing: other edges of the site must report first. */
  take(edge: EdgeName, sample: UplinkSample): CloudAnswer | string | Promise<string | undefined>;
}

/** What the cloud needs to answer the samples of one epoch. */
export interface ServedBundle extends EpochBundle {
  readonly sizes: UplinkSizes;
  readonly decider: Decider;
}

/**
 * Opens `bundle`, then `previousBundle` if there is one. Throws `ModelError`, or `DDNN_CLOUD_PREVIOUS` if the two can't
 * be in service together.
 */
export async function openBundles(
  config: CloudConfig,
  logger: Logger,
): Promise<readonly [EpochBundle, ...EpochBundle[]]> {
  const { epoch, previousBundle, previousEpoch = (epoch + 255) % 256 } = config;
  const trusted = (await readBundleKeys(config.bundleKeys, logger))?.map(parsePublicKey);
  const bundle = openBundle(await readSettingFile(config.bundle, 'bundle'), config.bundle, trusted);
  if (previousBundle === undefined) return [{ epoch, bundle }];
  const previous = openBundle(await readSettingFile(previousBundle, 'previousBundle'), previousBundle, trusted);
  const [has, had] = [bundle, previous].map(({ architecture }) => architecture.views);
  if (has !== had) {
    const why = `it is for ${had} views, bundle for ${has}`;
    throw new CloudError('DDNN_CLOUD_PREVIOUS', `previousBundle ${previousBundle}: ${why}`);
  }
  if (previousEpoch === epoch) {
    throw new CloudError('DDNN_CLOUD_PREVIOUS', `previousEpoch ${previousEpoch}: that is the epoch of bundle`);
  }
  return [
    { epoch, bundle },
    { epoch: previousEpoch, bundle: previous },
  ];
}

/**
 * The bundles that the cloud answers with: the one in service, and the one before. The samples that waited at the sites
 * when the bundle changed still need the one before.
 */
export class ServedBundles {
  readonly current: ServedBundle;
  readonly #served: readonly ServedBundle[];
  /** Only for bundles with several edges per site. */
  readonly #joins: SiteJoin[] = [];

  /** @param bundles the one in service first */
  constructor(
    config: CloudConfig,
    bundles: readonly EpochBundle[],
    parts: (served: EpochBundle) => Omit<SiteJoinParts, 'bundle'>,
  ) {
    this.#served = bundles.map((served) => {
      const { epoch, bundle } = served;
      const sizes = uplinkSizes(bundle);
      if (edgeGroups(bundle.architecture).length === 1) return { ...served, sizes, decider: new CloudExit(bundle) };
      const decider = new SiteJoin({ ...config, epoch }, { ...parts(served), bundle });
      this.#joins.push(decider);
      return { ...served, sizes, decider };
    });
    this.current = this.#served[0];
  }

  start(): void {
    for (const join of this.#joins) join.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#joins.map((join) => join.stop()));
  }

  /** An edge or a device of that site has connected or disconnected. */
  recheck(site: string): void {
    for (const join of this.#joins) join.recheck(site);
  }

  /** What answers samples of that epoch; undefined: the cloud does not have its bundle. */
  of(epoch: number): ServedBundle | undefined {
    return this.#served.find((served) => served.epoch === epoch);
  }

  /** How the bundle of this edge differs from the cloud's under the same epoch; undefined: no difference is known. */
  conflict(epoch: number, edge: EdgeService | undefined): string | undefined {
    const here = this.of(epoch)?.bundle.id;
    if (here === undefined || edge?.epoch !== epoch || edge.bundle === here) return undefined;
    const [theirs, ours] = [edge.bundle, here].map((id) => id.slice(0, 12));
    return `epoch ${epoch} is bundle ${theirs} at the edge, ${ours} here`;
  }
}
