import {
  type Bundle,
  createLocalTier,
  createScoreCode,
  DeviceTier,
  type Exit,
  edgeGroups,
  FeatureBodies,
  type KernelChoice,
  ModelError,
  maskOf,
  openBundle,
  UpperTier,
} from '@ddnn/model';
import type { BundleInput } from './bundles.js';
import { refusal } from './refusal.js';

/** A bundle says so itself where it is wrong; one that opens is computed with. */
export function checkBundle({ bytes, whole, simd }: BundleInput): string {
  const before = bytes.slice();
  const said = outcome(bytes, simd);
  if (whole && said !== 'taken') throw new Error(`a whole bundle is refused: ${said}`);
  if (Buffer.compare(bytes, before) !== 0) throw new Error('opening has changed the bundle');
  return said;
}

function outcome(bytes: Uint8Array, simd: boolean): string {
  let bundle: Bundle;
  try {
    bundle = openBundle(bytes, 'street.ddnn');
  } catch (error) {
    return refusal(error, ModelError);
  }
  try {
    const plain = answers(bundle, 'plain');
    if (simd) {
      const fast = answers(bundle, 'simd');
      if (plain !== fast) throw new Error(`${plain}\nin TypeScript,\n${fast}\non WebAssembly`);
    }
  } catch (error) {
    return refusal(error, ModelError);
  }
  return 'taken';
}

/** What all its tiers answer to one picture that every camera sees. */
function answers(bundle: Bundle, kernels: KernelChoice): string {
  const { architecture, shapes, exits } = bundle;
  const views = Array.from({ length: architecture.views }, (_, view) => view);
  const pixels = Uint8Array.from({ length: shapes.pixelBytes }, (_, i) => (i * 37 + 11) & 255);
  const bodies = new FeatureBodies(bundle, kernels);
  const devices = views.map((view) => new DeviceTier(bundle, view, kernels));
  for (const view of views) createScoreCode(bundle, view);
  for (const device of devices) device.run(pixels);
  const maps = devices.map(({ features }, view) => bodies.open(view, features));
  const said = devices.map(({ scores }) => String(scores));
  const decide = (name: 'edge' | 'cloud', edge: number, below: readonly Uint8Array[]) => {
    const tier = new UpperTier(bundle, name, edge, undefined, kernels);
    const sure = tier.decide(below, maskOf(below));
    said.push(`${tier.scores} ${decision(tier.exit, sure, architecture.classes.length)}`);
    return tier.features.slice();
  };
  const groups = edgeGroups(architecture);
  for (const [edge, group] of groups.entries()) {
    const local = createLocalTier(bundle, edge);
    if (!local) continue;
    const scores = Int8Array.from(group.flatMap((view) => [...devices[view].scores]));
    const sure = local.decide(scores, 0, maskOf(group.map((view) => devices[view])));
    said.push(decision(local.exit, sure, architecture.classes.length));
  }
  const edges = exits.edge
    ? groups.map((group, edge) =>
        decide(
          'edge',
          edge,
          group.map((view) => maps[view]),
        ),
      )
    : maps;
  decide('cloud', 0, edges);
  return said.join('\n');
}

function decision({ classIndex, uncertainty }: Exit, sure: boolean, classes: number): string {
  if (!(classIndex >= 0 && classIndex < classes)) throw new Error(`class ${classIndex} of ${classes}`);
  if (!(uncertainty >= 0 && uncertainty <= 1)) throw new Error(`an uncertainty of ${uncertainty}`);
  return `${sure} ${classIndex} ${uncertainty}`;
}
