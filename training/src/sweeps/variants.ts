import type { AggregatorName, Architecture } from '@ddnn/model';
import { badOption } from '../errors.js';

/** One network of a trained sweep. */
export interface Variant {
  readonly name: string;
  readonly architecture: Architecture;
  /** The views of the data that it takes; left out: all. */
  readonly views?: readonly number[];
}

/** The paper's short names of the aggregators. */
const shortNames: Readonly<Record<string, AggregatorName>> = { MP: 'max', AP: 'average', CC: 'concat' };
/** Filters of the device section that the paper compares. */
const filterCounts = [1, 2, 4, 8, 16] as const;

/** The nine pairs of local and cloud aggregator (DDNN, table I). Throws `DDNN_TRAINING_OPTION` without a local exit. */
export function aggregatorVariants(architecture: Architecture): Variant[] {
  const { local, cloud } = architecture;
  if (!local) throw badOption(`${architecture.name} has no local exit to vary`);
  return Object.entries(shortNames).flatMap(([a, inLocal]) =>
    Object.entries(shortNames).map(([b, inCloud]) => ({
      name: `${a}-${b}`,
      architecture: {
        ...architecture,
        local: { ...local, aggregator: inLocal },
        cloud: { ...cloud, aggregator: inCloud },
      },
    })),
  );
}

/**
 * The device section with 1, 2, 4, 8 and 16 filters in its last block, which is what travels. Throws
 * `DDNN_TRAINING_OPTION` where that is no convp block.
 */
export function filterVariants(architecture: Architecture): Variant[] {
  const { section } = architecture.device;
  const last = section.at(-1);
  if (!last || !('convp' in last)) {
    throw badOption(`${architecture.name}: its device section does not end in a convp`);
  }
  return filterCounts.map((filters) => ({
    name: String(filters),
    architecture: {
      ...architecture,
      device: { ...architecture.device, section: [...section.slice(0, -1), { convp: { filters } }] },
    },
  }));
}

/** The same network for some of its cameras only; an edge that loses all of its views goes too. */
export function survivors(architecture: Architecture, views: readonly number[]): Variant {
  const { edge } = architecture;
  const groups = edge?.groups
    ?.map((group) => group.filter((view) => views.includes(view)).map((view) => views.indexOf(view)))
    .filter((group) => group.length > 0);
  return {
    name: `views ${views.join(', ')}`,
    architecture: {
      ...architecture,
      views: views.length,
      ...(edge && { edge: { ...edge, ...(groups && { groups }) } }),
    },
    views,
  };
}
