/*
 * For commands of other packages that run a site: a bundle, one of its processes, or all of them on recorded images;
 * and to write files.
 */
export { type ManifestFlags, readBundle } from './commands/open-bundle.js';
export { naming, openOutput } from './commands/output-file.js';
export { runSite } from './commands/run.js';
export { startMember } from './fleet/member.js';
