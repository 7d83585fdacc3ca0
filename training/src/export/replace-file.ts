import { randomUUID } from 'node:crypto';
import { access, constants, lstat, open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Writes a file completely or not at all: after a crash or a power cut there is the old one or the new one. A link
 * stays a link. What is not a plain file (a pipe, `/dev/null`) is written to directly. Throws the system's error.
 */
export async function replaceFile(file: string, bytes: Uint8Array | string): Promise<void> {
  const target = await targetOf(file);
  if (target === undefined) return writeFile(file, bytes);
  const draft = draftBeside(target);
  try {
    const handle = await open(draft, 'wx');
    try {
      const before = await stat(target).catch(() => undefined);
      if (before) await handle.chmod(before.mode & 0o777);
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncFolder(path.dirname(target));
}

/** Why {@link replaceFile} could not write there now; undefined where it could. Leaves nothing behind. */
export async function whyNotReplaceable(file: string): Promise<string | undefined> {
  const folder = path.dirname(file);
  const around = await stat(folder).catch(() => undefined);
  if (file === '') return 'it has no name';
  if (!around) return `there is no folder ${folder}`;
  if (!around.isDirectory()) return `${folder} is not a folder`;
  try {
    const target = await targetOf(file);
    if (/[/\\]$/.test(file) || (await isFolder(file))) return 'it is a folder';
    if (target === undefined || target !== file || (await exists(file))) await access(file, constants.W_OK);
    if (target === undefined) return undefined;
    const draft = draftBeside(target);
    await (await open(draft, 'wx')).close();
    await rm(draft);
    return undefined;
  } catch (error) {
    // Without the path of the draft, which the user does not know.
    return `it can't be written: ${(error as Error).message.replace(/, \w+ '.*$/s, '')}`;
  }
}

/** The file that the new one replaces; undefined: it must be written to directly. */
async function targetOf(file: string): Promise<string | undefined> {
  if (!(await exists(file))) return file;
  // `/dev/stdout` may be a plain file that the shell goes on writing to.
  if (/^\/(dev|proc)\//.test(path.resolve(file)) || !(await stat(file)).isFile()) return undefined;
  return realpath(file);
}

async function isFolder(file: string): Promise<boolean> {
  return (await exists(file)) && (await stat(file)).isDirectory();
}

/** Whether the name is taken, even if only by a link to nothing. */
async function exists(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** A name that no other process uses, and not longer than a file name may be. */
function draftBeside(target: string): string {
  return path.join(path.dirname(target), `.ddnn-${randomUUID()}.tmp`);
}

/** Makes the new name durable; where folders can't be opened, the system does so by itself. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
