import { readdirSync, readFileSync } from 'node:fs';

/** The process among the children of `parent` that runs with the configuration file of that name. */
export function childOf(parent: number, file: string): number {
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8');
      const status = readFileSync(`/proc/${entry}/status`, 'utf8');
      if (command.includes(`/${file}`) && status.includes(`PPid:\t${parent}\n`)) return Number(entry);
    } catch {
      // The process ended while its files were read.
    }
  }
  throw new Error(`no child of ${parent} runs with ${file}`);
}
