import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';

const CPU_MS = 300;
/**
 * Works for that long by its own CPU clock, which stands still while others have the core, and prints how long it took.
 */
const WORK = `
const started = performance.now();
while (process.cpuUsage().user + process.cpuUsage().system < ${CPU_MS * 1000});
console.log(performance.now() - started);
`;

/** How many times as long as on a free machine work on all cores takes now; 1 or more. */
export async function slowdown(): Promise<number> {
  const work = () => promisify(execFile)(process.execPath, ['-e', WORK]);
  const done = await Promise.all(Array.from({ length: Math.min(8, availableParallelism()) }, work));
  const took = done.reduce((sum, { stdout }) => sum + Number(stdout), 0) / done.length;
  return Math.max(1, took / CPU_MS);
}
