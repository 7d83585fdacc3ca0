import { exactExp } from '../numbers/exact-math.js';
import { CERTAIN, LEAST } from './arithmetic-coder.js';

/** One unit of a code's log-odds is 1/256. */
export const LOG_ODDS_UNIT = 256;
const LIMIT = 8 * LOG_ODDS_UNIT;

/** Probability of each log-odds from -8 to +8, in the coder's unit. */
export const shareTable = Uint16Array.from({ length: 2 * LIMIT + 1 }, (_, i) => {
  const logOdds = (i - LIMIT) / LOG_ODDS_UNIT;
  const power = exactExp(-Math.abs(logOdds));
  const share = Math.floor(CERTAIN * (logOdds < 0 ? power / (1 + power) : 1 / (1 + power)) + 0.5);
  return Math.max(LEAST, Math.min(CERTAIN - LEAST, share));
});

/** 1 / (1 + e^-z) in the coder's unit, `z` an integer number of {@link LOG_ODDS_UNIT}; the same on every engine. */
export function shareOf(z: number): number {
  return shareTable[(z < -LIMIT ? -LIMIT : z > LIMIT ? LIMIT : z) + LIMIT];
}
