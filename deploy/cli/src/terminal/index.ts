/*
 * For commands of other packages: how they print to the terminal.
 */
export { UsageError } from './failure.js';
export { number, wholeFrom } from './option-values.js';
export { manifest } from './options.js';
export { printJson } from './output.js';
export { ProgressLine } from './progress.js';
export { createTable } from './table.js';
export { bytes, clock, percent } from './words.js';
