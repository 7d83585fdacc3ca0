import { ModelError } from '../errors.js';
import { type Architecture, checkArchitecture, type ResolvedArchitecture } from './architecture.js';

/**
 * Fills in what an architecture leaves to the data: number of views and classes. Throws `DDNN_ARCHITECTURE_VALUE` if
 * the architecture names them and the data disagree, if the data have too many, if the edges' groups do not hold each
 * view once, if there is a local exit but no device section, or if stand-ins are learned where they can't be used.
 */
export function resolveArchitecture(
  architecture: Architecture,
  data: { views: number; classes: readonly string[] },
): ResolvedArchitecture {
  const views = architecture.views ?? data.views;
  // One word composed and decomposed (as macOS writes it) is one class, as in a manifest.
  const classes = (architecture.classes ?? data.classes).map((name) => name.normalize());
  if (views !== data.views) {
    throw refused(architecture, `views is ${views}, the data have ${data.views}`);
  }
  const unknown = data.classes.find((name) => !classes.includes(name.normalize()));
  if (unknown !== undefined) {
    throw refused(architecture, `classes lacks the data's label "${unknown}"`);
  }
  const resolved = { ...architecture, views, classes };
  // The data may have more views or classes than fit into a mask or a frame.
  checkArchitecture(resolved, () => architecture.name);
  checkGroups(resolved);
  checkMissing(resolved);
  checkCoding(resolved);
  if (resolved.local && resolved.device.section.length === 0) {
    throw refused(architecture, 'a local exit needs a device section');
  }
  return resolved;
}

/** The views of each edge of a site, in edge order. */
export function edgeGroups(architecture: ResolvedArchitecture): readonly (readonly number[])[] {
  return architecture.edge?.groups ?? [Array.from({ length: architecture.views }, (_, view) => view)];
}

/** The views of one edge. Throws `DDNN_BUNDLE_UNFIT` where there is no such edge. */
export function edgeGroup(architecture: ResolvedArchitecture, edge: number): readonly number[] {
  const groups = edgeGroups(architecture);
  if (!groups[edge]) {
    throw new ModelError('DDNN_BUNDLE_UNFIT', `edge ${edge}: the bundle has edges 0 to ${groups.length - 1}`);
  }
  return groups[edge];
}

function checkGroups(architecture: ResolvedArchitecture): void {
  const seen = edgeGroups(architecture)
    .flat()
    .sort((a, b) => a - b);
  if (seen.length !== architecture.views || seen.some((view, i) => view !== i)) {
    throw refused(architecture, `edge.groups must name each view from 0 to ${architecture.views - 1} once`);
  }
}

/**
 * Scores relative to a view's best do not change which class wins the mean, but they would change a maximum or a
 * learned mix.
 */
function checkCoding(architecture: ResolvedArchitecture): void {
  const { device, local } = architecture;
  if (local?.scoreBits !== undefined && local.scoreBits < 8 && local.aggregator !== 'average') {
    throw refused(architecture, 'local.scoreBits below 8 needs local.aggregator: average');
  }
  if (device.coding === 'arithmetic' && device.section.length === 0) {
    throw refused(architecture, 'device.coding: arithmetic needs a device section');
  }
}

/**
 * A stand-in replaces the map of a source beside the others, so only *concat* can use it; and it consists of bits, not
 * pixels.
 */
function checkMissing(architecture: ResolvedArchitecture): void {
  const { device, local, edge, cloud } = architecture;
  for (const [tier, settings] of Object.entries({ local, edge, cloud })) {
    if (settings?.missing !== 'learned') continue;
    const wrong = (why: string) => refused(architecture, `${tier}.missing: learned needs ${why}`);
    if (settings.aggregator !== 'concat') throw wrong(`${tier}.aggregator: concat`);
    const onPixels = device.section.length === 0 && !(tier === 'cloud' && edge);
    if (onPixels) throw wrong('a device section, for pixels have no stand-in');
  }
}

function refused({ name }: Architecture, why: string): ModelError {
  return new ModelError('DDNN_ARCHITECTURE_VALUE', `${name}: ${why}`);
}
