import { colour } from './mesh.js';
import { grain } from './random.js';

/** Half the width of both roads, and where the pavements beside them end, in metres from the middle line. */
export const kerb = 5;
export const pavementEnd = 10;

const asphalt = colour(0x6a6a6c);
const paint = colour(0xe4e4dc);
const paving = colour(0xa8a196);
const stone = colour(0xc4c0b6);
const grass = colour(0x62774a);

/**
 * Writes the colour of the ground at a place into `out`; `detail` is the size in metres of what can be told apart
 * there.
 */
export function groundColour(x: number, y: number, detail: number, out: Float64Array): void {
  const ax = Math.abs(x);
  const ay = Math.abs(y);
  let base = grass;
  if (ax < kerb || ay < kerb) base = marked(ax, ay) ? paint : asphalt;
  else if (ax < kerb + 0.25 || ay < kerb + 0.25) base = stone;
  else if (ax < pavementEnd || ay < pavementEnd) base = paving;
  // Far away the grain would only flicker.
  const rough = detail > 0.5 ? 0 : 0.16;
  const shade =
    1 -
    rough * grain(Math.floor(x * 3), Math.floor(y * 3), 1) -
    0.1 * grain(Math.floor(x / 2.3), Math.floor(y / 2.3), 2);
  out[0] = base[0] * shade;
  out[1] = base[1] * shade;
  out[2] = base[2] * shade;
}

/** Zebra crossings on all four arms, then a stop line, then a broken line along the middle. */
function marked(ax: number, ay: number): boolean {
  const out = Math.max(ax, ay);
  const across = Math.min(ax, ay);
  if (out < kerb + 0.6) return false;
  if (out < kerb + 3.4) return across < kerb - 0.3 && across % 1.1 < 0.55;
  if (out < kerb + 4.6) return out > kerb + 4.1 && across < kerb - 0.3;
  return across < 0.09 && out % 4 < 2.4;
}
