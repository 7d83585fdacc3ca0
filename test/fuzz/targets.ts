import { checkBundle } from './bundle-check.js';
import { bundles } from './bundles.js';
import { codedBodies } from './coded-bodies.js';
import { checkCoded } from './coded-check.js';
import { checkFrame } from './frame-check.js';
import { frames } from './frames.js';
import type { Target } from './hunt.js';
import { checkManifest, checkManifestRows } from './manifest-check.js';
import { manifestRows, manifests } from './manifests.js';
import { mqttStreams } from './mqtt-bytes.js';
import type { LaneAndParser } from './mqtt-check.js';

/** A target of any input: what is checked is what its own arbitrary made, or what its corpus kept. */
function target<Input>(of: Target<Input>): Target<unknown> {
  return of as Target<unknown>;
}

/** Everything of others that is read: kind by kind, what it may look like, and what must hold. */
export function targets(ways: LaneAndParser): readonly Target<unknown>[] {
  return [
    target({ name: 'frames', share: 55, inputs: frames, check: checkFrame }),
    target({ name: 'coded-bodies', share: 22, inputs: codedBodies, check: checkCoded }),
    target({ name: 'bundles', share: 8, inputs: bundles, check: checkBundle }),
    target({ name: 'manifests', share: 8, inputs: manifests, check: checkManifest }),
    target({ name: 'manifest-rows', share: 4, inputs: manifestRows, check: checkManifestRows }),
    target({ name: 'mqtt-bytes', share: 3, inputs: mqttStreams, check: (stream) => ways.check(stream) }),
  ];
}
