import { mkdir, open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import type { SiteTime } from './site-clock.js';

/** Site time as it is stored on disk. */
export interface StoredTime extends SiteTime {
  /** Which run of the machine it was; null: the system does not say. */
  readonly boot: string | null;
  /** The machine's monotonic time in ms that `site` and `passed` belong to. */
  readonly monotonic: number;
  /** No slot of this site time or later was used. */
  readonly reserved: number;
}

const FILE = 'site-time.json';

/** Keeps site time in a file beside the outbox; a write is complete or has no effect. */
export class ClockFile {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Undefined: there is no file. Throws if it cannot be read, or is damaged. */
  async read(): Promise<StoredTime | undefined> {
    let text: string;
    try {
      text = await readFile(path.join(this.#folder, FILE), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    const stored = JSON.parse(text) as StoredTime;
    const numbers = [stored.site, stored.passed, stored.monotonic, stored.reserved];
    if (!numbers.every(Number.isFinite)) throw new Error(`${FILE} lacks a number`);
    return stored;
  }

  /** Resolves when it is on disk. */
  async write(stored: StoredTime): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const temporary = path.join(this.#folder, `${FILE}.new`);
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(JSON.stringify(stored));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path.join(this.#folder, FILE));
  }
}

/**
 * Where site time goes on after a restart, so that no slot comes twice. In the same run of the machine (`line`), the
 * machine's monotonic time has gone on, so site time follows it, whatever the wall clock says. If that is ahead of the
 * wall clock, site time may start earlier, but never before the end of the reserved slots.
 */
export function resumeTime(stored: StoredTime, boot: string | null, monotonic: number, wall: number): SiteTime {
  const sameRun = boot !== null && stored.boot === boot && monotonic >= stored.monotonic;
  const gone = sameRun ? monotonic - stored.monotonic : 0;
  const line = sameRun ? stored.site + gone : Number.POSITIVE_INFINITY;
  return { site: Math.min(line, Math.max(wall, stored.reserved)), passed: stored.passed + gone };
}

/** A name for this run of the machine; null: the system has none. */
export async function bootName(): Promise<string | null> {
  try {
    return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  } catch {
    // Only Linux tells; elsewhere each start of the edge counts as a start of the machine.
    return null;
  }
}
