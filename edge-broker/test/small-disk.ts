import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { newFolder } from './tiny-site.js';

/** A disk of two megabytes, or undefined where none can be mounted: it takes root and Linux. */
export function mountSmallDisk() {
  const folder = path.join(newFolder(), 'disk');
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  const file = path.join(folder, 'fill');
  return {
    folder,
    /** Leaves no room; the returned function makes it again. */
    fill(): () => void {
      try {
        writeFileSync(file, new Uint8Array(4_000_000));
      } catch {
        // As full as it gets.
      }
      return () => rmSync(file);
    },
    unmount: () => execFileSync('umount', ['-l', folder]),
  };
}
