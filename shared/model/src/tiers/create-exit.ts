import { GATE_LENGTH } from '../architecture/confidence.js';
import { type Bundle, tensor } from '../bundle/bundle.js';
import { Exit } from './exit-rule.js';

/**
 * The exit of a tier that the bundle has, with the measure that its architecture names. `threshold` replaces the
 * bundle's. Throws `DDNN_BUNDLE_CONTENT` where a gate is missing.
 */
export function createExit(bundle: Bundle, tier: 'local' | 'edge' | 'cloud', threshold?: number): Exit {
  const { architecture, exits } = bundle;
  const settings = exits[tier]!;
  const confidence = tier === 'cloud' ? undefined : architecture[tier]?.confidence;
  const gate = confidence === 'gate' ? tensor(bundle, `${tier}.gate`, Int32Array, GATE_LENGTH) : undefined;
  return new Exit(architecture.classes.length, settings.step, threshold ?? settings.threshold, confidence, gate);
}
