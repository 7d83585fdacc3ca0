import { type Command, InvalidArgumentError } from 'commander';

/** Adds the options that name the rows of a data set. */
export function manifest(command: Command): Command {
  return command
    .requiredOption('--data <file>', 'manifest (CSV), FILE.npz or mnist6:FOLDER')
    .option('--split <name>', 'only the rows whose split column says so')
    .option('--split-column <name>', 'another split column');
}

/** An option's whole number. Throws commander's error for any other text. */
export function whole(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('it must be a whole number.');
  return Number(text);
}

/** An option's number, 0 or above. Throws commander's error for any other text. */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && Number.isFinite(value)))
    throw new InvalidArgumentError('it must be a number, 0 or above.');
  return value;
}

/** An option's whole numbers, with commas between them. */
export function wholes(text: string): number[] {
  return text.split(',').map(whole);
}
