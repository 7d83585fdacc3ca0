/*
 * What a command of another package runs a site with: a bundle, one of its processes, or all of them on recorded
 * images; and what it writes a file with.
 */
export { type ManifestFlags, readBundle } from './commands/open-bundle.js';
export { naming, openOutput } from './commands/output-file.js';
export { runSite } from './commands/run.js';
export { startMember } from './fleet/member.js';
