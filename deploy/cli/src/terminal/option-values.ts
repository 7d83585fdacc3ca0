import { InvalidArgumentError } from 'commander';

/** What views and a list of them may be called: a mask has room for 32. */
const LAST_VIEW = 31;

/** Reads an option's value as a whole number from `low` to `high`. */
export function wholeFrom(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= low && value <= high) return value;
    throw new InvalidArgumentError(`it must be a whole number from ${low} to ${high}.`);
  };
}

/** Reads an option's value as a number from `low` to `high`. */
export function number(low = 0, high = Number.MAX_VALUE): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= low && value <= high) return value;
    const bounds = high === Number.MAX_VALUE ? `${low} or above` : `from ${low} to ${high}`;
    throw new InvalidArgumentError(`it must be a number, ${bounds}.`);
  };
}

/** Reads an option's value as a share or a threshold: 0 to 1. */
export const share = number(0, 1);

/** Reads an option's value as views, as `0,3`. */
export function wholes(text: string): number[] {
  return text.split(',').map(wholeFrom(0, LAST_VIEW));
}

/** Reads an option's value as names, as `car,bus`. */
export function words(text: string): string[] {
  return text.split(',').map((word) => word.trim());
}

/** Adds one `KEY=VALUE` to those before it. */
export function settings(text: string, before: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('it must be KEY=VALUE.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
