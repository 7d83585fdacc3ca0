import { existsSync } from 'node:fs';
import { cp, readdir, rename } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { ClassicLevel } from 'classic-level';
import { OutboxError } from './outbox-error.js';

/** Entries in memory while a database is read through. */
const READ_AT_ONCE = 1_000;

/** The database of an outbox. */
export type OutboxDatabase = ClassicLevel<string, Uint8Array>;

/** An opened database. */
export interface OpenedDatabase {
  readonly db: OutboxDatabase;
  /** Where the damaged database was copied to; undefined: it was not damaged. */
  readonly setAside: string | undefined;
}

/**
 * Opens the database in a folder, or makes it, and reads it through once. A damaged one is first copied, then repaired:
 * what can be read of it is kept. Throws `DDNN_OUTBOX_LOCKED` if another process has it, `DDNN_OUTBOX_FOLDER` if it
 * can't be opened.
 */
export async function openDatabase(folder: string): Promise<OpenedDatabase> {
  let setAside: string | undefined;
  try {
    // Twice, because another edge may be making its database here: CURRENT is the last file of a new one.
    if ((await lacksRoot(folder)) && (await stillLacksRoot(folder))) setAside = await repair(folder);
    return { db: await openAndReadThrough(folder), setAside };
  } catch (error) {
    if (codeOf(error) !== 'LEVEL_CORRUPTION' && !isMissingPart(error)) throw refusal(folder, error);
    try {
      setAside = await repair(folder);
      return { db: await openAndReadThrough(folder), setAside };
    } catch (again) {
      throw refusal(folder, again);
    }
  }
}

/** Opening reads only the list of files; damage inside a table shows when its blocks are read. */
async function openAndReadThrough(folder: string): Promise<OutboxDatabase> {
  const db: OutboxDatabase = new ClassicLevel(folder, { valueEncoding: 'view' });
  await db.open();
  try {
    const all = db.iterator();
    while ((await all.nextv(READ_AT_ONCE)).length > 0);
    await all.close();
    return db;
  } catch (error) {
    await db.close();
    throw error;
  }
}

/** Whether files of a database are there, but not CURRENT. LevelDB would begin a new one, and delete those files. */
async function lacksRoot(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => [] as string[]);
  return !names.includes('CURRENT') && names.some((name) => /^(\d+\.(ldb|sst|log)|MANIFEST-\d+)$/.test(name));
}

async function stillLacksRoot(folder: string): Promise<boolean> {
  await setTimeout(200);
  return lacksRoot(folder);
}

/** A name that does not exist yet: with a number at its end. */
function freeName(name: string): string {
  let free = 1;
  while (existsSync(`${name}-${free}`)) free++;
  return `${name}-${free}`;
}

/** Returns where the copy is. */
async function repair(folder: string): Promise<string> {
  const setAside = freeName(`${folder}.damaged`);
  await cp(folder, setAside, { recursive: true, errorOnExist: true, force: false });
  try {
    await ClassicLevel.repair(folder);
  } catch {
    // Nothing of it can be read; the copy has it.
    await rename(folder, `${setAside}-unreadable`);
  }
  return setAside;
}

/**
 * Whether the database needs repair. LevelDB reports a missing file as an I/O error; but a full disk is an I/O error
 * too, and needs no repair.
 */
function isMissingPart(error: unknown): boolean {
  return codeOf(error) === 'LEVEL_IO_ERROR' && /No such file|does not exist|Invalid argument/i.test(reasonOf(error));
}

function refusal(folder: string, error: unknown): OutboxError {
  if (codeOf(error) === 'LEVEL_LOCKED') {
    const why = 'another edge has it; every edge needs a folder of its own';
    return new OutboxError('DDNN_OUTBOX_LOCKED', `outbox.folder ${folder}: ${why}`, { cause: error });
  }
  const text = `outbox.folder ${folder}: cannot be opened: ${reasonOf(error)}`;
  return new OutboxError('DDNN_OUTBOX_FOLDER', text, { cause: error });
}

/** What LevelDB, or the file system below it, calls an error. */
function codeOf(error: unknown): string | undefined {
  const { code, cause } = error as { code?: string; cause?: { code?: string } };
  return code === 'LEVEL_DATABASE_NOT_OPEN' ? cause?.code : code;
}

/** The innermost message. */
export function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? reasonOf(cause) : message;
}
