import { cosine, sine, type Vector } from './geometry.js';
import type { Colour } from './mesh.js';
import type { Random } from './random.js';

/** The light over the whole street at one instant. */
export interface Light {
  readonly name: 'bright sun' | 'low sun' | 'overcast sky' | 'fog' | 'dusk';
  /** Towards the sun. */
  readonly direction: Vector;
  readonly sun: Colour;
  readonly sky: Colour;
  /** How much of the light a shadow takes from the ground, 0 to 1. */
  readonly shadow: number;
  /** Distance in metres at which fog and object weigh the same. */
  readonly sight: number;
  /** Lamps and windows are lit. */
  readonly lamps: boolean;
  /** Brightness of grey ground; cameras expose for it. */
  readonly level: number;
}

const kinds = ['bright sun', 'bright sun', 'low sun', 'overcast sky', 'overcast sky', 'fog', 'dusk', 'dusk'] as const;

/** Draws the lots for the light. */
export function drawLight(random: Random): Light {
  const name = random.pick(kinds);
  const azimuth = random.between(0, 2 * Math.PI);
  const elevation = { 'bright sun': 0.9, 'low sun': 0.3, 'overcast sky': 1.3, fog: 1.3, dusk: 0.12 }[name];
  const height = elevation * random.between(0.75, 1.15);
  const strength = { 'bright sun': 1, 'low sun': 0.8, 'overcast sky': 0.18, fog: 0.1, dusk: 0.07 }[name];
  const warmth = { 'bright sun': 0.06, 'low sun': 0.3, 'overcast sky': 0, fog: 0, dusk: 0.4 }[name];
  const ambient = { 'bright sun': 0.4, 'low sun': 0.3, 'overcast sky': 0.6, fog: 0.6, dusk: 0.09 }[name];
  const s = strength * random.between(0.8, 1.2);
  const a = ambient * random.between(0.8, 1.2);
  const direction: Vector = [cosine(azimuth) * cosine(height), sine(azimuth) * cosine(height), sine(height)];
  const blue = name === 'overcast sky' || name === 'fog' ? 1.03 : 1.22;
  return {
    name,
    direction,
    sun: [s, s * (1 - warmth * 0.5), s * (1 - warmth)],
    sky: [a * 0.94, a, a * blue],
    shadow: { 'bright sun': 0.62, 'low sun': 0.5, 'overcast sky': 0.4, fog: 0.25, dusk: 0.25 }[name],
    sight: name === 'fog' ? random.between(18, 50) : random.between(150, 500),
    lamps: name === 'dusk' || name === 'fog',
    level: a + s * Math.max(0.25, direction[2]),
  };
}
