import { html, type Markup } from './markup.js';
import type { Spread } from './spread.js';

/** The unit, which never stands on a line of its own. */
export const PERCENT = '\u00a0%';

/** A share as percent. */
export function percent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)}${PERCENT}`;
}

/** A spread as *mean low–high*, the range smaller; the mean alone where they agree. */
export function withRange(value: Spread | undefined, words: (value: number) => string, unit = ''): Markup | string {
  if (!value) return '–';
  const range = rangeOf(value, words);
  const mean = `${words(value.mean)}${unit}`;
  return range === undefined ? mean : html`${mean} <small>${range}</small>`;
}

/** *low–high*, or undefined where nothing is between them. */
export function rangeOf({ low, high }: Spread, words: (value: number) => string): string | undefined {
  const [from, to] = [low, high].map(words);
  return from === to ? undefined : `${from}–${to}`;
}

/** A spread of shares as percent. */
export function percents(value: Spread | undefined, digits = 1): Markup | string {
  return withRange(value, (share) => (share * 100).toFixed(digits), PERCENT);
}

/** The same without markup, for what stands under the pointer. */
export function plainPercents(value: Spread, digits = 1): string {
  const words = (share: number) => (share * 100).toFixed(digits);
  const range = rangeOf(value, words);
  return `${words(value.mean)}${PERCENT}${range === undefined ? '' : ` (${range})`}`;
}

/** A spread of bytes. */
export function byteCount(value: Spread | undefined): Markup | string {
  return withRange(value, bytes);
}

/** Bytes: one decimal below a hundred. */
export function bytes(value: number): string {
  return number(value, value < 100 ? 1 : 0);
}

/** A number with separators of thousands. */
export function number(value: number, digits = 0): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Seconds as m:ss. */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
