import type { Command } from 'commander';

/** Adds the options that name the rows of a data set. */
export function manifest(command: Command): Command {
  return command
    .requiredOption('--data <file>', 'manifest (CSV), FILE.npz or mnist6:FOLDER')
    .option('--split <name>', 'only the rows whose split column says so')
    .option('--split-column <name>', 'another split column');
}
